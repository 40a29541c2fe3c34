"""Stopping rules on labelled reviews: is recall reached as promised, and what is left unread?

Run ``python benchmarks/stopping.py PATHS… [--seeds 10] [--keep FOLDER]``: each labelled review
(as for ``ranvier benchmark screening``) is ordered by our own ranking from so many beginnings, and
replayed under every rule, the rules being looked at after every record. With ``--keep`` the orders
are kept, and taken from there the next time. ``--orders FOLDER`` replays orders kept before, or of
another ranking (``validation/stopping/order_linear.py``). ``--leave-out`` takes names of reviews to
leave out (one that is there twice).

``--labels title_abstract`` takes for relevant what passed titles and abstracts, in the reviews that
tell it apart from what was included: cases that no constant was chosen on. ``--large-seeds`` is the
number of beginnings of reviews with more than 2,100 records, ``--plans`` names rules to replay.
``--made-up`` replays reviews that are made up instead, at the edges of what can be.

``--markdown`` prints the tables of docs/methods/stopping.md, ``--constants`` tries other constants
of the recommended rule and chooses them anew without each review in turn, ``--bounds`` compares its
bound on what is missed with what was, ``--blind 0.1`` moves a tenth of the relevant records to
random places first, and ``--write`` writes what the sentences of a judgement quote.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from rich.console import Console
from rich.table import Table

from ranvier.ranking.stopping import Shown, judge, urn
from ranvier.ranking.stopping.calibrate import Calibration, PlanOnSet, calibrate
from ranvier.ranking.stopping.replay import PLANS, RankedReview
from ranvier.ranking.stopping.rules import RULES, Rule, RuleFacts
from ranvier.ranking.stopping.urn import MEAN_EXCESS, p_calibrated

QUOTED = Path(urn.__file__).with_name("calibrated.json")

#: Levels that the sentences quote, target and confidence.
LEVELS = ((0.95, 0.95), (0.95, 0.9), (0.9, 0.95), (0.9, 0.9), (0.8, 0.95))


#: What ``--constants`` tries.
BLIND_TRIED, LOOKS_TRIED = (0.015, 0.02, 0.03), (1.0, 1.5, 2.0)

#: Records beyond which ``--large-seeds`` counts.
LARGE = 2_100


def read_orders(folder: Path, seeds: int | None = None) -> list[RankedReview]:
    """Read orders kept before."""
    made: list[RankedReview] = []
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as kept:
            records = int(kept["records"])
            made += [RankedReview(path.stem, ranks, records) for ranks in kept["ranks"][:seeds]]
    return made


def make_orders(
    paths: Sequence[Path],
    most: int,
    keep: Path | None,
    labels: Literal["target", "title_abstract"] = "target",
    large: int | None = None,
) -> list[RankedReview]:
    """Order reviews by our own ranking, from as many beginnings; the smallest come first."""
    from ranvier.ranking.labelled import find_sets, read_set
    from ranvier.ranking.simulate import simulate_set

    made: list[RankedReview] = []
    reviews = [read_set(path, relevant=labels) for path in find_sets(paths)]
    for review in sorted(reviews, key=lambda held: len(held.texts)):
        if review.relevant.sum() < 2:
            continue
        seeds = most if large is None or len(review.texts) <= LARGE else large
        kept = None if keep is None else keep / f"{review.name}.npz"
        if kept is not None and kept.exists():
            with np.load(kept) as held:
                ranks = held["ranks"]
        else:
            ranks = np.zeros((0, int(review.relevant.sum()) - 1), dtype=int)
        if len(ranks) < seeds:
            runs = simulate_set(review, range(len(ranks), seeds)).runs
            ranks = np.concatenate([ranks, np.array([run.ranks for run in runs])])
            if kept is not None:
                kept.parent.mkdir(parents=True, exist_ok=True)
                np.savez_compressed(kept, ranks=ranks, records=len(review.texts) - 2)
        made += [RankedReview(review.name, r, len(review.texts) - 2) for r in ranks[:seeds]]
    return made


def blinded(orders: Sequence[RankedReview], share: float) -> list[RankedReview]:
    """Move a share of the relevant records to random places, as if the ranking did not see them."""
    draw = np.random.default_rng(5)
    made: list[RankedReview] = []
    for order in orders:
        kept = order.ranks[draw.random(len(order.ranks)) >= share]
        free = np.setdiff1d(np.arange(1, order.records + 1), kept)
        moved = draw.choice(free, len(order.ranks) - len(kept), replace=False)
        ranks = np.sort(np.concatenate([kept, moved]))
        made.append(RankedReview(order.name, ranks, order.records))
    return made


def percent(share: float) -> str:
    return f"{100 * share:.1f}"


def show(made: Calibration, console: Console) -> None:
    """Print every rule on every review, and the means."""
    plans = list(dict.fromkeys(row.plan for row in made.on_sets))
    table = Table("set", "records", "relevant", *plans, title="% reached / % left unread")
    by_set: dict[str, list[PlanOnSet]] = {}
    for row in made.on_sets:
        by_set.setdefault(row.name, []).append(row)
    for name, rows in by_set.items():
        cells = [f"{percent(r.coverage)} / {percent(r.saved)}" for r in rows]
        said = name if rows[0].counted else f"({name})"
        table.add_row(said, str(rows[0].records), str(rows[0].relevant), *cells)
    console.print(table)
    table = Table("rule", "sets", "runs", "% reached", "in the worst set", "% unread", "% recall")
    for all_ in made.overall:
        table.add_row(
            all_.plan,
            str(all_.sets),
            str(all_.runs),
            percent(all_.coverage),
            percent(all_.least),
            percent(all_.saved),
            percent(all_.recall),
        )
    console.print(table)


def print_markdown(made: Calibration) -> None:
    """Print the tables as docs/methods/stopping.md has them."""
    print("| rule | reached % | worst review | unread % | recall % |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for row in made.overall:
        cells = map(percent, (row.coverage, row.least, row.saved, row.recall))
        print(f"| `{row.plan}` | {' | '.join(cells)} |")
    plans = list(dict.fromkeys(row.plan for row in made.on_sets))
    print(f"\n| review | records | relevant | {' | '.join(f'`{plan}`' for plan in plans)} |")
    print("| --- | ---: | ---: |" + " ---: |" * len(plans))
    for name in dict.fromkeys(row.name for row in made.on_sets):
        rows = [row for row in made.on_sets if row.name == name]
        cells = [f"{100 * r.coverage:.0f} / {100 * r.saved:.0f}" for r in rows]
        said = name if rows[0].counted else f"({name})"
        print(f"| {said} | {rows[0].records} | {rows[0].relevant} | {' | '.join(cells)} |")


def try_constants(
    orders: Sequence[RankedReview], blind: Sequence[float], looks: Sequence[float], console: Console
) -> None:
    """Calibrate with other constants, as it is and with blind records; choose without each review.

    Chosen is what leaves most unread of all that reach the target in 95% of the runs of the other
    reviews, both as they are and with a twentieth of the relevant records moved.
    """
    kinds = {"as is": list(orders)} | {
        f"{share:.0%} blind": blinded(orders, share) for share in (0.05, 0.1, 0.2)
    }
    table = Table("blind", "looks", *(f"{kind}: reached / unread" for kind in kinds))
    rows: dict[tuple[float, float], dict[str, dict[str, PlanOnSet]]] = {}
    for tried in ((share, factor) for share in blind for factor in looks):
        p = partial(p_calibrated, blind=tried[0], looks=tried[1])
        rules: dict[Rule, RuleFacts] = {
            **RULES,
            "biased_urn": replace(RULES["biased_urn"], p=p),
        }
        rows[tried] = {}
        cells: list[str] = []
        for kind, some in kinds.items():
            made = calibrate(some, plans=["biased_urn"], rules=rules)
            rows[tried][kind] = {row.name: row for row in made.on_sets if row.counted}
            cells.append(f"{percent(made.overall[0].coverage)} / {percent(made.overall[0].saved)}")
        table.add_row(f"{tried[0]:g}", f"{tried[1]:g}", *cells)
    console.print(table)
    names = list(next(iter(rows.values()))["as is"])

    def mean(tried: tuple[float, float], kind: str, of: str, without: str) -> float:
        return float(
            np.mean([getattr(r, of) for n, r in rows[tried][kind].items() if n != without])
        )

    chosen: dict[str, tuple[float, float]] = {}
    for name in names:
        able = [
            tried
            for tried in rows
            if all(mean(tried, kind, "coverage", name) >= 0.95 for kind in ("as is", "5% blind"))
        ]
        if not able:
            console.print(f"Without {name} none of these reaches 95% with 5% blind.")
            return
        chosen[name] = max(able, key=lambda tried: mean(tried, "as is", "saved", name))
    console.print(f"Chosen without the review it is then tried on: {sorted(set(chosen.values()))}")
    for kind in kinds:
        on = [rows[tried][kind][name] for name, tried in chosen.items()]
        reached, saved = np.mean([r.coverage for r in on]), np.mean([r.saved for r in on])
        console.print(
            f"{kind}: {percent(float(reached))}% reached, {percent(float(saved))}% unread"
        )


def made_up(runs: int) -> list[RankedReview]:
    """Make reviews at the edges: of all sizes, with none to all relevant, and rankings that differ.

    A ranking of strength w shows each relevant record w times as readily as an irrelevant one, from
    the first record to the last; w = 1 is no ranking at all.
    """
    draw = np.random.default_rng(7)
    made: list[RankedReview] = []
    for records in (20, 80, 400, 2000):
        for relevant in (0, 1, 10, records // 4, records):
            for weight in (1, 5, 30):
                name = f"{relevant} of {records}, w = {weight}"
                for _ in range(runs):
                    keys = draw.exponential(size=records)
                    keys[:relevant] /= weight
                    ranks = np.flatnonzero(np.argsort(keys) < relevant) + 1
                    made.append(RankedReview(name, ranks, records))
    return made


def check_bounds(orders: Sequence[RankedReview], console: Console) -> None:
    """Ask the recommended rule for its estimate at every tenth of the records."""
    table = Table("% read", "missed", "estimated", "bound", "% within", "recall off by")
    for tenth in range(1, 10):
        rows: list[tuple[float, ...]] = []
        for order in orders:
            n = round(order.records * tenth / 10)
            relevant = np.isin(np.arange(1, order.records + 1), order.ranks)
            made = judge([Shown(bool(r)) for r in relevant[:n]], order.records - n).estimate
            missed = int(relevant[n:].sum())
            if made.missed is not None and made.recall is not None:
                off = abs(made.recall - made.found / len(order.ranks))
                within = missed <= made.missed_ub
                rows.append((missed, made.missed, made.missed_ub, 100 * within, off))
        means = np.mean(rows, axis=0)
        table.add_row(str(10 * tenth), *(f"{x:.1f}" for x in means[:4]), f"{means[4]:.3f}")
    console.print(table)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--seeds", type=int, default=None)
    parser.add_argument("--large-seeds", type=int, default=None)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--orders", type=Path)
    parser.add_argument("--leave-out", nargs="*", default=[])
    parser.add_argument("--labels", choices=["target", "title_abstract"], default="target")
    parser.add_argument("--constants", action="store_true")
    parser.add_argument("--made-up", action="store_true")
    parser.add_argument("--plans", nargs="*", choices=PLANS, default=PLANS)
    parser.add_argument("--target", type=float, default=0.95)
    parser.add_argument("--confidence", type=float, default=0.95)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--blind", type=float, default=0.0)
    parser.add_argument("--bounds", action="store_true")
    parser.add_argument("--markdown", action="store_true")
    given = parser.parse_args()
    console = Console(width=200)
    orders = (
        made_up(given.seeds or 100)
        if given.made_up
        else read_orders(given.orders, given.seeds)
        if given.orders
        else make_orders(
            given.paths, given.seeds or 10, given.keep, given.labels, given.large_seeds
        )
    )
    orders = [order for order in orders if order.name not in given.leave_out]
    orders = blinded(orders, given.blind) if given.blind else orders
    if given.constants:
        try_constants(orders, BLIND_TRIED, LOOKS_TRIED, console)
    elif given.bounds:
        check_bounds(orders, console)
    elif given.write:
        made = [calibrate(orders, plans=["biased_urn"], target=t, confidence=c) for t, c in LEVELS]
        rows = [asdict(one.quoted()) for one in made]
        QUOTED.write_text(json.dumps(rows, indent=2) + "\n", "utf-8")
        console.print(f"{QUOTED.name}: mean excess {MEAN_EXCESS:g}, {len(rows)} levels.")
    else:
        made = calibrate(
            orders, plans=given.plans, target=given.target, confidence=given.confidence
        )
        if given.markdown:
            print_markdown(made)
        else:
            show(made, console)


if __name__ == "__main__":
    main()
