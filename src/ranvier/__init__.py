"""Ranvier takes a clinical question from search to published, living systematic review."""
