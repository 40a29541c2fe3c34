"""Records to files of other programs; each writer says what its format cannot hold."""
