"""Formats of tagged lines: one machine, and a grammar and a table of tags for each format."""
