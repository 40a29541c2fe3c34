"""Retrieve into a review until killed; run by `test_killing.py`: ``PLACE ADDRESS``."""

from __future__ import annotations

import sys

import ranvier
from ranvier.sources import Line, PubMed
from ranvier.workflow.retrieve import plan_search


def main(place: str, address: str) -> None:
    source = PubMed(Line(address, every=0.0))
    with ranvier.open(place) as review:
        found = review.run_search(plan_search(source, "nerves AND muscles"), actor="person:anna")
    print(found.run, found.received, found.new, found.resumed, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
