"""Pin the p values of buscarpy, the program of Callaghan and Müller-Hansen.

Run ``python validation/stopping/run_buscarpy.py`` in an environment of its own with
``pip install buscarpy==0.0.2``; it writes ``tests/reference/buscar.json``. Labels are made, not
taken from a review.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from buscarpy import calculate_h0

TARGET = Path(__file__).parents[2] / "tests" / "reference" / "buscar.json"


def main() -> None:
    """Draw screenings of several lengths, prevalences and rankings; ask at several moments."""
    draw = np.random.default_rng(20201124)
    cases = []
    for records in (60, 400, 2500):
        for prevalence in (0.01, 0.05, 0.3):
            for odds in (1.0, 5.0, 40.0):
                relevant = np.arange(records) < max(1, round(prevalence * records))
                keys = draw.exponential(size=records) / np.where(relevant, odds, 1.0)
                labels = relevant[np.argsort(keys)].astype(int)
                for share in (0.3, 0.6, 0.9):
                    read = labels[: int(share * records)]
                    for target in (0.8, 0.95):
                        p = calculate_h0(read, records, recall_target=target)
                        ranks = (np.flatnonzero(read) + 1).tolist()
                        cases.append(
                            {
                                "records": records,
                                "screened": len(read),
                                "finds": ranks,
                                "target": target,
                                "p": float(p),
                            }
                        )
    made = {"program": f"buscarpy {version('buscarpy')}", "call": "calculate_h0", "cases": cases}
    TARGET.write_text(json.dumps(made) + "\n", "utf-8")


if __name__ == "__main__":
    main()
