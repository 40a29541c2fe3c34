"""The example recorded fact by fact through the same door as any review, and kept as a snapshot."""

from __future__ import annotations

from pathlib import Path

from reviews.authoring import facts
from reviews.authoring.telling import Teller, client_id

from ranvier.core.analysis import ENGINE
from ranvier.core.facts import ReviewOpened
from ranvier.core.finding import Version
from ranvier.core.review import Actor
from ranvier.core.search import Clustering
from ranvier.storage import open_memory, write_snapshot
from ranvier.synthesis import analyse_all
from ranvier.workflow.analyse import recorded_form
from ranvier.workflow.collect import import_records
from ranvier.workflow.conclude import grounded
from ranvier.workflow.load import load
from ranvier.workflow.ports import Store
from ranvier.workflow.record import record

__all__ = ["tell", "write"]

MACHINE = "machine:ranvier"


def write(folder: Path) -> None:
    """Write the snapshot of the whole review into `folder`."""
    store = open_memory("mmn")
    try:
        tell(store)
        write_snapshot(store, folder)
    finally:
        store.close()


def tell(store: Store) -> None:
    """Record every fact of the example, in the order of the review's path."""
    teller = Teller(facts.DATASET)
    store.put_actor(Actor(id=facts.DATASET, kind="dataset", name="Ranvier example labels"))
    store.put_actor(Actor(id=MACHINE, kind="machine", name=ENGINE))
    _begin(store, teller)
    _collect(store, teller)
    _decide(store, teller)
    _extract(store, teller)
    _conclude(store, teller)
    _publish(store, teller)


def _begin(store: Store, teller: Teller) -> None:
    """Open the review, describe its sources, agree on the protocol."""
    opened = ReviewOpened(
        id="mmn",
        title="Treatments for multifocal motor neuropathy",
        summary="Ranvier's worked example: immunoglobulin and other immunosuppressive treatments, "
        "with every figure followed back to where it was read.",
    )
    said = [teller.say(opened), *teller.say_all(facts.sources())]
    said.append(teller.say(facts.protocol(), reason="Written for this example, results known."))
    record(store, said)


def _collect(store: Store, teller: Teller) -> None:
    """Note the searches and import the records."""
    record(store, teller.say_all(facts.searches()))
    data = (facts.HERE / "records.csv").read_bytes()
    at, moment = teller.next()
    import_records(
        store,
        "assembled-list",
        "records.csv",
        data,
        actor=facts.DATASET,
        at=at,
        client_id=client_id(moment, "records.imported", "records.csv"),
        import_id="records",
    )
    looked = Clustering(
        id="by-hand",
        method="All records compared by title, PMID, DOI and registration number, and by eye.",
        clusters={},
        why={},
    )
    reason = "No two records describe the same report. Registration, abstract and paper of one "
    record(store, [teller.say(looked, reason=reason + "trial are reports of one study.")])


def _decide(store: Store, teller: Teller) -> None:
    """Take over the labels as decisions of the data set."""
    record(store, teller.say_all(facts.decisions()))


def _extract(store: Store, teller: Teller) -> None:
    """Describe the studies and what they found."""
    files = facts.study_files()
    for file in files:
        record(store, teller.say_all((*file.reports, file.study)))
    record(store, teller.say_all(row for file in files for row in file.rows))
    record(store, teller.say_all(conflict for file in files for conflict in file.conflicts))
    record(store, teller.say_all(facts.judgements(), reason="Read in the published review."))


def _conclude(store: Store, teller: Teller) -> None:
    """Record the analyses as they stand, then what is concluded from them."""
    analyses = analyse_all(load(store)).values()
    record(store, [teller.say(recorded_form(a), actor=MACHINE) for a in analyses])
    planned = facts.protocol()
    certainties = teller.say_all(facts.certainties(), reason="Read in the published review.")
    record(store, grounded(store, certainties))
    record(store, grounded(store, teller.say_all(facts.findings(planned))))
    record(store, grounded(store, teller.say_all(facts.texts())))
    record(store, teller.say_all(facts.published()))


def _publish(store: Store, teller: Teller) -> None:
    """Name the first version."""
    seq, head = store.head()
    version = Version(
        name="1.0",
        event="NEW",
        date="2026-11-22",
        up_to=seq,
        head=head,
        what_is_new="First version of the worked example.",
    )
    record(store, [teller.say(version)])
