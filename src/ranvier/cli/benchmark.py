"""Benchmarks: each room that is judged by accuracy adds its own."""

from __future__ import annotations

import click

from ranvier.cli.benchmark_dedup import dedup
from ranvier.cli.benchmark_design import design
from ranvier.cli.benchmark_records import records
from ranvier.cli.benchmark_screening import screening
from ranvier.cli.benchmark_search import search

__all__ = ["benchmark"]


@click.group()
def benchmark() -> None:
    """Measure how well Ranvier does what can be measured, on files of yours.

    PATHS are files or folders in the formats of the reference data. `--json` prints one object.

    \b
    Example:
      ranvier benchmark dedup labelled/
    """


benchmark.add_command(records)
benchmark.add_command(dedup)
benchmark.add_command(search)
benchmark.add_command(screening)
benchmark.add_command(design)
