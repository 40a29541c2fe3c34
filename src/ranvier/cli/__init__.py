"""The `ranvier` command: each command parses, calls one thing of `ranvier.api`, and shows it."""

from ranvier.cli.app import cli, main

__all__ = ["cli", "main"]
