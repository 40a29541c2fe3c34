"""Analysing: `analyse` goes from a spreadsheet of studies to a pooled result and its figures."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import ranvier
from ranvier.cli.output import json_option, next_step, print_json, print_table, remark
from ranvier.errors import InputError

if TYPE_CHECKING:
    from ranvier.synthesis.sheet import Pooled

__all__ = ["analyse"]

_MODELS = ("random", "common", "mh", "peto")
_METHODS = (
    "REML", "DL", "PM", "ML", "EB", "HE", "HS", "HSk", "SJ", "PMM", "DLIT", "SJIT",
)  # fmt: skip
_FIGURES = ("forest", "funnel", "radial", "labbe", "baujat", "bubble", "influence", "qq")


@click.command()
@click.argument("data", metavar="DATA", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--measure", metavar="CODE", help="RR, OR, RD, MD, SMD, IRR, HR, PLO ... (metafor's)."
)
@click.option(
    "--model",
    type=click.Choice(_MODELS),
    default="random",
    show_default=True,
    help="Random effects, one common effect, Mantel-Haenszel, Peto.",
)
@click.option(
    "--method", type=click.Choice(_METHODS), default="REML", show_default=True, help="For tau2."
)
@click.option(
    "--test",
    type=click.Choice(["adhoc", "knha", "t", "z"]),
    default="adhoc",
    show_default=True,
    help="adhoc: Hartung-Knapp, never narrower than normal (z).",
)
@click.option(
    "--level",
    type=click.FloatRange(0.5, 0.999),
    default=0.95,
    show_default=True,
    help="Of the intervals.",
)
@click.option("--by", metavar="HEADING", help="Pool by subgroup.")
@click.option("--mods", metavar="FORMULA", help='Meta-regression, such as "~ year".')
@click.option(
    "--column",
    "columns",
    metavar="NAME=HEADING",
    multiple=True,
    help="Say what a column is: ai, n1i, ci, n2i, m1i, sd1i, yi, sei ..., or slab.",
)
@click.option("--sheet", metavar="NAME", help="Of an XLSX file.  [default: the first]")
@click.option(
    "--figure",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw to this file: .svg, .pdf or .png.",
)
@click.option(
    "--figure-type",
    type=click.Choice(_FIGURES),
    default="forest",
    show_default=True,
    help="What to draw.",
)
@click.option(
    "--layout",
    type=click.Choice(["plain", "revman", "bmj", "jama"]),
    default="revman",
    show_default=True,
    help="Of the figure.",
)
@click.option("--title", metavar="TEXT", help="Above the figure.")
@click.option(
    "--favours",
    nargs=2,
    metavar="LEFT RIGHT",
    help="Whom the two sides of a forest plot favour.",
)
@click.option("--report", is_flag=True, help="Print sentences for a paper, with references.")
@click.option("--as-r", is_flag=True, help="Print the same analysis as a call of metafor.")
@json_option
def analyse(
    data: Path,
    measure: str | None,
    columns: tuple[str, ...],
    figure: Path | None,
    figure_type: str,
    layout: str,
    title: str | None,
    favours: tuple[str, str] | None,
    report: bool,
    as_r: bool,
    as_json: bool,
    **how: Any,
) -> None:
    """Pool the studies of a spreadsheet, and draw them.

    DATA is CSV, XLSX or JSON with one row a study; - reads standard input. The columns are
    recognised by their headings, and how is said; what looks wrong in them is said, too.

    \b
    Example:
      ranvier analyse trials.csv --measure RR --figure forest.svg
      ranvier analyse trials.xlsx --by design --figure forest.pdf --layout jama
      ranvier analyse trials.csv --mods "~ year" --as-r
    """
    source = sys.stdin.buffer.read() if str(data) == "-" else data
    pooled = ranvier.analyse(
        source,
        name="standard input" if str(data) == "-" else None,
        columns=_named(columns),
        measure=measure.upper() if measure else None,
        **how,
    )
    if figure is not None:
        _draw(pooled, figure, figure_type, layout=layout, title=title, favours=favours)
    if as_json:
        print_json(
            {
                "measure": pooled.measure,
                "design": pooled.columns.design,
                "columns": dict(pooled.columns.headings),
                "notes": list(pooled.notes),
                "doubts": [str(doubt) for doubt in pooled.doubts],
                "fit": pooled.fit.to_dict(),
            }
        )
        return
    if as_r:
        click.echo(pooled.fit.as_r())
        return
    for doubt in pooled.doubts:
        remark(f"warning: {doubt}")
    for note in pooled.notes:
        remark(note)
    if report:
        click.echo(str(pooled.fit.report()))
        return
    _print_studies(pooled)
    click.echo(str(pooled.fit))
    click.echo(f"\n{pooled.fit.report().results}")
    if figure is not None:
        next_step(f"open {figure}; `--report` gives sentences for a paper.")
    else:
        next_step("`--figure forest.svg` draws it; `--report` gives sentences for a paper.")


def _named(columns: tuple[str, ...]) -> dict[str, str]:
    """Read NAME=HEADING pairs."""
    named: dict[str, str] = {}
    for pair in columns:
        name, sign, heading = pair.partition("=")
        if not sign or not name.strip() or not heading.strip():
            raise click.BadParameter(
                f"{pair!r} is not NAME=HEADING, such as ai='Events drug'.", param_hint="--column"
            )
        named[name.strip()] = heading.strip()
    return named


def _print_studies(pooled: Pooled) -> None:
    """Print effect and interval of each study, on the scale people read."""
    import math

    from scipy.special import ndtri

    from ranvier.stats.printing import read_as

    level = getattr(pooled.fit, "level", 0.95)
    z = float(ndtri((1 + level) / 2))
    word, back = read_as("OR" if pooled.measure == "PETO" else pooled.measure)
    weights = getattr(pooled.fit, "weights", None)
    rows: list[tuple[str, ...]] = []
    for i, name in enumerate(pooled.columns.slab):
        y, v = float(pooled.yi[i]), float(pooled.vi[i])
        if math.isnan(y) or math.isnan(v):
            rows.append((name, "–", "not estimable", "–"))
            continue
        shown = [back(x) for x in (y, y - z * math.sqrt(v), y + z * math.sqrt(v))]
        weight = "" if weights is None else f"{weights[i]:.1f}%"
        rows.append((name, f"{shown[0]:.2f}", f"{shown[1]:.2f} to {shown[2]:.2f}", weight))
    heading = word or pooled.measure
    print_table(("study", heading, f"{level:.0%} interval", "weight"), rows, right=(1, 3))
    click.echo("")


def _draw(pooled: Pooled, path: Path, kind: Any, **options: Any) -> None:
    """Draw a figure to a file."""
    from ranvier.api import draw

    if path.suffix.lower() not in (".svg", ".pdf", ".png"):
        raise InputError(
            f"{path.name} names no format of a figure.", remedy="End it in .svg, .pdf or .png."
        )
    draw(pooled, kind, **options).save(path)
