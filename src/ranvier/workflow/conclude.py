"""Concluding: certainty, findings and texts, each tied to the analyses it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from ranvier.core.finding import Finding, Text
from ranvier.core.judgement import Certainty
from ranvier.core.review import Review
from ranvier.synthesis import analyse_all
from ranvier.workflow.load import load
from ranvier.workflow.ports import Store
from ranvier.workflow.record import Saying

__all__ = ["grounded"]

_PLACEHOLDER = re.compile(r"\{(finding|analysis):([^.}]+)\.[^}]+\}")


def grounded(store: Store, sayings: Iterable[Saying]) -> list[Saying]:
    """Fill in what conclusions rest on: the input hashes of their analyses as they stand now.

    Parameters
    ----------
    sayings : iterable of Saying
        Findings, certainties and texts, in order; other facts pass as they are. A text rests on
        the analyses whose numbers it shows, and on those that its `based_on` names already.
    """
    review = load(store)
    inputs = {id: analysis.inputs for id, analysis in analyse_all(review).items()}
    shown = {id: finding.analysis for id, finding in review.findings.items()}
    out: list[Saying] = []
    for saying in sayings:
        payload = saying.payload
        if isinstance(payload, Finding):
            shown[payload.id] = payload.analysis
            rests_on = {payload.analysis}
        elif isinstance(payload, Certainty):
            rests_on = _analyses_of(review, payload)
        elif isinstance(payload, Text):
            rests_on = _named(payload.body, shown) | payload.based_on.keys()
        else:
            out.append(saying)
            continue
        based_on = {id: inputs[id] for id in sorted(rests_on) if id in inputs}
        out.append(replace(saying, payload=replace(payload, based_on=based_on)))
    return out


def _analyses_of(review: Review, certainty: Certainty) -> set[str]:
    """Return the ids of all analyses of the outcome that a certainty is about."""
    return {
        spec.id
        for spec in review.specs.values()
        if (spec.comparison, spec.outcome) == (certainty.comparison, certainty.outcome)
    }


def _named(body: str, shown: dict[str, str]) -> set[str]:
    """Return the ids of the analyses whose numbers a text shows."""
    return {
        id if kind == "analysis" else shown.get(id, "") for kind, id in _PLACEHOLDER.findall(body)
    }
