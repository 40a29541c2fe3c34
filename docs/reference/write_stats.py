"""Write docs/reference/stats.md from the docstrings: ``python docs/reference/write_stats.py``."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from ranvier import stats

PAGE = Path(__file__).with_name("stats.md")
#: Modules of ``ranvier.stats`` by family; what is in none of them fails the writing.
FAMILIES = {
    "Effects and conversions": (
        "effects", "convert", "five_numbers", "double_arcsine", "proportion", "prepost",
    ),
    "Models of effects": (
        "models", "regression", "location_scale", "subgroups", "heterogeneity", "matreg", "many",
    ),
    "What one does with a fit": ("verbs", "blup", "tau2_ci", "formula"),
    "Counts as they are": (
        "mantel_haenszel", "peto", "rma_glmm", "beta_binomial", "exact", "exact_rates", "paired",
        "sparse_methods", "meta_binary",
    ),
    "How much hangs on single studies": ("sensitivity", "influence"),
    "Publication bias": (
        "funnel", "fail_safe", "excess_significance", "henmi_copas", "model", "limit",
    ),
    "Resampling": ("permutation", "bootstrap"),
    "Bayesian": ("bayes", "tau_priors", "mixtures"),
    "p values and agreement": ("combine", "agreement"),
}  # fmt: skip


def signature(function: object) -> str:
    """Names, with their defaults; types are in the docstring."""
    parts: list[str] = []
    starred = False
    for parameter in inspect.signature(function).parameters.values():  # type: ignore[arg-type]
        if parameter.kind is parameter.VAR_POSITIONAL:
            parts.append(f"*{parameter.name}")
            starred = True
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            parts.append("*")
            starred = True
        default = parameter.default
        given = "" if default is parameter.empty else f"={default!r}"
        parts.append(f"{parameter.name}{given}")
    return f"({', '.join(parts)})"


def first_sentence(thing: object) -> str:
    """The line a docstring opens with."""
    said = re.sub(r":\w+:`~?([^`]*)`", r"`\1`", (inspect.getdoc(thing) or "").split("\n\n")[0])
    return " ".join(said.replace("``", "`").split()).replace("|", "\\|")


def page() -> str:
    """The whole page."""
    lines = [
        "# Reference of `ranvier.stats`",
        "",
        "Every public function in one line, by family; `help(name)` says the rest. Written by",
        "`docs/reference/write_stats.py`.",
        "",
        "In place of `yi, vi`, functions take a fit or the effects that `escalc` gives, and use",
        "its method, test, level, names and moderators unless others are given: see",
        "[for users of metafor](../metafor.md). Every result has `str()`, `to_dict()`, `tidy()`,",
        "`glance()`, `as_r()`, `report()` and `notes`.",
    ]
    public = {n: getattr(stats, n) for n in stats.__all__}
    functions = {n: thing for n, thing in public.items() if inspect.isfunction(thing)}
    left = dict(functions)
    for family, modules in FAMILIES.items():
        here = [n for m in modules for n in sorted(functions)
                if functions[n].__module__.rsplit(".", 1)[-1] == m]  # fmt: skip
        lines += ["", f"## {family}", "", "| function | what it does |", "| --- | --- |"]
        for name in here:
            left.pop(name, None)
            call = f"{name}{signature(functions[name])}".replace("|", "\\|")
            lines.append(f"| `{call}` | {first_sentence(functions[name])} |")
    if left:
        raise SystemExit(f"Give a family to: {', '.join(left)}.")
    lines += ["", "## Results", "", "| class | what it holds |", "| --- | --- |"]
    for name in sorted(stats.__all__):
        thing = getattr(stats, name)
        if inspect.isclass(thing):
            lines.append(f"| `{name}` | {first_sentence(thing)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
