"""Formats in XML: a file is cut into its records, and each is read by itself."""
