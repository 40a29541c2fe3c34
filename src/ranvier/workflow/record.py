"""Recording: the one door through which facts enter a log."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import uuid_utils

from ranvier.appraisal import rating_problems
from ranvier.core.event import Chain, Draft, Event
from ranvier.core.facts import Undone, Withdrawn, decode, encode, fact_of
from ranvier.core.fold import fold_all
from ranvier.core.judgement import Certainty
from ranvier.core.protocol import Protocol
from ranvier.core.rules import Ledger, unreasoned, values_of
from ranvier.core.screening import Decision
from ranvier.core.search import Clustering
from ranvier.core.value import find_anchor
from ranvier.errors import AnchorError, InputError, NotFoundError, RuleError
from ranvier.workflow.known import appended, forget, is_on_decision, known, learn, record_ids
from ranvier.workflow.ports import Store

__all__ = ["Saying", "now", "record"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """A fact somebody states, before it has been checked.

    Attributes
    ----------
    payload : object
        One of the payloads of :data:`ranvier.core.facts.FACTS`.
    actor : str
        Id of who states it.
    at : str or None
        When it was decided (UTC, ISO 8601); now if not given.
    client_id : str or None
        UUIDv7; made here if not given. Give one to make a retry safe.
    file, row : str, int or None
        Where it was read, for error messages.
    """

    payload: Any
    actor: str
    at: str | None = None
    reason: str | None = None
    on_behalf_of: str | None = None
    client_id: str | None = None
    file: str | None = None
    row: int | None = None


def now() -> str:
    """Return the present moment as the log writes it: UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def record(store: Store, sayings: Iterable[Saying]) -> list[Event]:
    """Check facts against the rules and append them, all or none.

    Parameters
    ----------
    store : Store
    sayings : iterable of Saying
        In order: a later one may build on an earlier one.

    Returns
    -------
    list of Event
        Durable when this returns.

    Raises
    ------
    RuleError
        If a fact contradicts the rules; nothing was appended.
    AnchorError
        If a quote is not in its document (where the review holds the document).
    """
    with known(store) as ledger:
        drafts = _checked(store, ledger, sayings)
    try:
        events = store.append(drafts)
    except BaseException:
        forget(store)  # the ledger took what the log did not
        raise
    appended(store, events)
    return events


def _checked(store: Store, ledger: Ledger, sayings: Iterable[Saying]) -> list[Draft]:
    """Check facts one after the other and turn them into drafts."""
    drafts: list[Draft] = []
    documents = _Documents(store, ledger)
    for saying in sayings:
        if saying.client_id is not None and saying.client_id in ledger.client_ids:
            drafts.append(_draft(saying))  # a retry: the store returns the event it has
            continue
        draft = _typed_draft(saying)
        problems = (
            ledger.problems(saying.payload)
            or _misrated(saying.payload)
            or _without_reason(ledger, saying.payload)
            or _left_hanging(store, ledger, [*drafts, draft], saying.payload)
        )
        if problems:
            raise RuleError(
                problems,
                file=saying.file,
                row=saying.row,
                remedy="Nothing was recorded; mend this and record again.",
            )
        documents.check(saying)
        drafts.append(draft)
        learn(store, ledger, saying.payload, client_id=draft.client_id, type_=draft.type)
    return drafts


def _misrated(payload: object) -> list[str]:
    """List where a certainty is not what its reasons add up to."""
    return rating_problems(payload) if isinstance(payload, Certainty) else []


def _without_reason(ledger: Ledger, payload: object) -> list[str]:
    """List exclusions that are made without the reason they must name."""
    return unreasoned(ledger, payload) if isinstance(payload, Decision) else []


def _left_hanging(store: Store, ledger: Ledger, drafts: list[Draft], payload: object) -> list[str]:
    """List what would stand on nothing once a thing is withdrawn, undone or put with less."""
    if not isinstance(payload, Withdrawn | Undone | Protocol | Clustering):
        return []
    if isinstance(payload, Withdrawn | Undone) and is_on_decision(ledger, payload):
        return []
    chain = Chain(store.review_id, *store.head())
    events = [*store.events(), *(chain.add(draft) for draft in drafts)]
    left = Ledger()
    standing = sorted(fold_all(events).values(), key=lambda s: s.seq)
    payloads = [decode(s.type, s.payload) for s in standing if s.status == "standing"]
    for held in payloads:
        left.take(held)
    for imported in left.of("import").values():
        left.records.update(record_ids(store, imported))
    checked = (p for p in payloads if fact_of(p).kind != "review")
    problems = [problem for held in checked for problem in _hanging(left, held, payload)]
    if not problems:
        return []
    return [f"{len(problems)} things stand on it. For one, {problems[0]}"]


def _hanging(left: Ledger, held: object, payload: object) -> list[str]:
    """List what of a standing thing would no longer hold.

    A decision is held against the protocol it was made under, and a pair of records that parts
    takes none back: whether anybody decided must not show in what an owner may amend or undo.
    """
    if not isinstance(held, Decision) or isinstance(payload, Clustering):
        return left.problems(held)
    if not isinstance(payload, Protocol):
        return []
    gone = set(held.reasons) - {c.id for c in payload.criteria}
    staged = held.stage in {rule.stage for rule in payload.screening}
    problems = [f"a decision names criterion {id!r} as its reason." for id in sorted(gone)]
    return problems if staged else [*problems, f"a decision was made at stage {held.stage!r}."]


def _typed_draft(saying: Saying) -> Draft:
    """Draft a fact; raise if a field holds what its type does not allow, naming the field."""
    try:
        draft = _draft(saying)
        decode(draft.type, draft.payload)
    except InputError as error:
        raise RuleError([error.message], file=saying.file, row=saying.row) from error
    return draft


def _draft(saying: Saying) -> Draft:
    """Turn a checked fact into a draft of an event."""
    return Draft(
        type=fact_of(saying.payload).type,
        payload=encode(saying.payload),
        actor=saying.actor,
        on_behalf_of=saying.on_behalf_of,
        at=saying.at or now(),
        reason=saying.reason,
        client_id=saying.client_id or str(uuid_utils.uuid7()),
    )


@dataclass(slots=True)
class _Documents:
    """Checks quotes against the documents that the review holds."""

    store: Store
    ledger: Ledger

    def check(self, saying: Saying) -> None:
        """Raise where a quote is not in its document."""
        for path, value in values_of(saying.payload):
            anchor = value.anchor
            if anchor is None:
                continue
            source = self.ledger.of("source")[anchor.source]
            text = _text(source.document_sha256, self.store.blob)
            if text is not None and find_anchor(text, anchor) is None:
                raise AnchorError(
                    f"{path}: the quote {anchor.quote!r} is not in {source.label!r}"
                    + (f" at character {anchor.start}." if anchor.start is not None else "."),
                    file=saying.file,
                    row=saying.row,
                    remedy="Quote the figure exactly as the document prints it.",
                )


def _text(sha256: str | None, blob: Callable[[str], bytes]) -> str | None:
    """Return a document's text, ``None`` if the review does not hold it."""
    if sha256 is None:
        return None
    try:
        return blob(sha256).decode("utf-8")
    except NotFoundError:
        return None
