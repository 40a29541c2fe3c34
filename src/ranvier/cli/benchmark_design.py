"""The benchmark of study designs: labelled records, told apart by title and abstract."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ranvier.cli.measuring import demand, measured, print_measures, share_option
from ranvier.cli.output import print_json, working

if TYPE_CHECKING:
    from ranvier.ranking.design import DesignAgreement

__all__ = ["design"]


@click.command()
@share_option("--min-sensitivity", wrong="the sensitivity over all records is lower")
@share_option("--min-specificity", wrong="the specificity over all records is lower")
@click.option(
    "--publication-types",
    "publication_types",
    is_flag=True,
    help="Read the column publication_types too, with | between types.",
)
@measured
def design(
    ctx: click.Context,
    paths: tuple[Path, ...],
    min_sensitivity: float,
    min_specificity: float,
    publication_types: bool,
    as_json: bool,
) -> None:
    """Tell randomized trials apart on labelled records, and count.

    PATHS are Parquet or CSV files with title, abstract and a label of 0 or 1, randomized_trial or
    pt_rct, or folders of them. Unless asked, only title and abstract are read: where the label is a
    publication type, the types would be the answer.

    \b
    Example:
      ranvier benchmark design labelled/ --min-sensitivity 0.99
    """
    from ranvier.api import benchmark_design

    with working("Reading the records"):
        *sets, pooled = benchmark_design(paths, publication_types=publication_types)
    if as_json:
        print_json({"sets": [_said(a) for a in sets], "pooled": _said(pooled)})
    else:
        _print(sets, pooled)
    low = [
        f"the {name} is {value:.4f}"
        for name, value, least in (
            ("sensitivity", pooled.sensitivity, min_sensitivity),
            ("specificity", pooled.specificity, min_specificity),
        )
        if value is not None and value < least
    ]
    demand(ctx, low)


def _said(a: DesignAgreement) -> dict[str, Any]:
    """Lay out one result for JSON."""
    return {
        "name": a.name,
        "records": a.records,
        "positives": a.positives,
        "auc": a.auc,
        "sensitivity": a.sensitivity,
        "sensitivity_ci": a.sensitivity_ci,
        "specificity": a.specificity,
        "specificity_ci": a.specificity_ci,
        "sensitivity_precise": a.sensitivity_precise,
        "specificity_precise": a.specificity_precise,
        "specificity_at_99": a.specificity_at_99,
        "mean_probability": a.mean_probability,
        "cpu_seconds": a.cpu_seconds,
    }


def _print(sets: list[DesignAgreement], pooled: DesignAgreement) -> None:
    """Print a line for each set, and one for all records."""
    columns = (
        "set", "records", "trials", "AUC", "sensitivity", "specificity", "precise: sensitivity",
        "specificity", "specificity at 99%", "CPU s",
    )  # fmt: skip
    rows = [
        (
            a.name,
            str(a.records),
            str(a.positives),
            _share(a.auc),
            _with_ci(a.sensitivity, a.sensitivity_ci),
            _with_ci(a.specificity, a.specificity_ci),
            _share(a.sensitivity_precise),
            _share(a.specificity_precise),
            _share(a.specificity_at_99),
            f"{a.cpu_seconds:.2f}",
        )
        for a in (*sets, pooled)
    ]
    print_measures(columns, rows)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _with_ci(value: float | None, ci: tuple[float, float] | None) -> str:
    return "" if ci is None else f"{_share(value)} ({ci[0]:.3f} to {ci[1]:.3f})"
