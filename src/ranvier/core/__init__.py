"""What a review is made of, and its rules: frozen dataclasses, folds of events, pure functions."""
