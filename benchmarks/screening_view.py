"""How long a reviewer waits for the next record, in Chromium before a real server.

The clock runs from the key to the next frame in which the record stands; the page itself sets the
marks (`ranvier-decided`, `ranvier-shown`). Decisions go to the server meanwhile.

    python benchmarks/screening_view.py [--records 400] [--decisions 300] [--pause 0.15]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

import ranvier
from ranvier.core.protocol import Criterion, Outcome, Protocol, Question, ScreeningRule
from ranvier.workflow.record import Saying

ACTOR = "person:anna"
STAGE = "title_abstract"
ABSTRACT = (
    "BACKGROUND: Whether immunoglobulin helps in multifocal motor neuropathy is uncertain. "
    "METHODS: Sixteen adults were randomly allocated to immunoglobulin or placebo in a "
    "double-blind crossover trial; muscle strength and disability were measured. "
) * 4


def protocol() -> Protocol:
    """A protocol with words to highlight."""
    return Protocol(
        title="Immunoglobulin",
        background="",
        questions=(
            Question(
                id="q",
                title="Does it help?",
                population="Adults with multifocal motor neuropathy",
                intervention="Immunoglobulin",
                comparator="Placebo",
                outcomes=("strength",),
                study_designs="Randomised trials",
            ),
        ),
        outcomes=(
            Outcome(
                id="strength",
                name="Muscle strength",
                kind="binary",
                direction="higher_is_better",
                phrase="strength improved",
                plain="strength",
            ),
        ),
        comparisons=(),
        analyses=(),
        criteria=tuple(
            Criterion(id=f"c{n}", stage=STAGE, text=f"Criterion {n}") for n in range(1, 6)
        ),
        screening=(ScreeningRule(stage=STAGE, rule="single"),),
        search_plan="",
    )


def library(n: int) -> bytes:
    """As many records as a database would export them."""
    rows = [f'r{i},"Trial {i} of immunoglobulin in neuropathies","{ABSTRACT}"' for i in range(n)]
    return "\n".join(["id,title,abstract", *rows]).encode()


def measure(address: str, decisions: int, pause: float) -> list[float]:
    """Decide in a browser; return the waits in milliseconds."""
    path = os.environ.get("RANVIER_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.goto(address)
        origin = address.split("/?")[0]
        page.goto(f"{origin}/r/review/screen/{STAGE}")
        page.wait_for_selector("html[data-ready]")
        for n in range(decisions):
            page.keyboard.press("ie"[n % 2])
            page.wait_for_timeout(1000 * pause)
        waits = page.evaluate(
            "performance.getEntriesByName('ranvier-next-record').map((e) => e.duration)"
        )
        browser.close()
    return waits


def main() -> None:
    """Measure, and print one object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=400)
    parser.add_argument("--decisions", type=int, default=300)
    parser.add_argument("--pause", type=float, default=0.15, help="seconds between decisions")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        with ranvier.new(Path(folder, "review"), id="review", title="R", actor=ACTOR) as review:
            review.record([Saying(payload=protocol(), actor=ACTOR)])
            seat = review.seat(ACTOR)
            seat.records.import_(library(told.records), "f.csv", source="MEDLINE", kind="database")
            seat.screening.begin(STAGE)
        call = "from ranvier.cli import main; main()"
        serve = [sys.executable, "-c", call, "serve", folder, "--port", "0", "--actor", ACTOR]
        with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            waits = measure(server.stdout.readline().strip(), told.decisions, told.pause)
            server.terminate()
    print(
        json.dumps(
            {
                "decisions": len(waits),
                "median_ms": round(float(np.median(waits)), 1),
                "p95_ms": round(float(np.quantile(waits, 0.95)), 1),
                "p99_ms": round(float(np.quantile(waits, 0.99)), 1),
                "worst_ms": round(max(waits), 1),
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
