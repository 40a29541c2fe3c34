"""Bytes to records and back, one module a format."""

from ranvier.formats.records import READERS, read_records

__all__ = ["READERS", "read_records"]
