"""The measure itself, and the shared exports if they are at hand."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ranvier.core.record import Record
from ranvier.errors import InputError
from ranvier.formats.benchmark import measure_records
from ranvier.formats.zotero import differences

REFERENCE = Path(os.environ.get("RANVIER_REFERENCE", "../shared/reference")) / "records"
needs_reference = pytest.mark.skipif(
    not REFERENCE.is_dir(), reason="set RANVIER_REFERENCE to the reference data"
)
#: Four of its six works have no %0 line, and expected.csv counts those lines.
COUNTED_OTHERWISE = {"colrev_ais_enl.txt"}


def test_a_folder_is_measured_by_its_expected_csv(tmp_path):
    (tmp_path / "a.ris").write_text("TY  - JOUR\nTI  - One\nDO  - 10.1000/x\nER  - \n")
    (tmp_path / "b.nbib").write_text("PMID- 1\nTI  - One\n")
    (tmp_path / "expected.csv").write_text(
        "file,format,written_by,records\na.ris,ris,x,1\nb.nbib,nbib,x,2\nc.ris,ris,x,1\n"
    )
    outcomes = {o.id: o for o in measure_records([tmp_path])}
    assert {id: o.status for id, o in outcomes.items()} == {
        "a.ris": "passed", "a.ris#doi": "passed", "b.nbib": "failed", "b.nbib#pmid": "passed",
        "c.ris": "failed",
    }  # fmt: skip
    assert outcomes["b.nbib"].why == "1 records read, 2 expected"


def test_a_file_nobody_counted_is_refused(tmp_path):
    (tmp_path / "a.ris").write_text("TY  - JOUR\nER  - \n")
    with pytest.raises(InputError, match=r"expected\.csv"):
        measure_records([tmp_path / "a.ris"])


def test_cases_of_zotero_are_compared_item_by_item(tmp_path):
    item = {"title": "One", "creators": [{"lastName": "Hahn"}], "date": "2013"}
    cases = {"RIS.js": [
        {"input": "TY  - JOUR\nTI  - One\nAU  - Hahn, A\nPY  - 2013\nER  - \n", "items": [item]},
        {"input": "TY  - JOUR\nTI  - Two\nAU  - Hahn, A\nPY  - 2013\nER  - \n", "items": [item]},
    ]}  # fmt: skip
    (tmp_path / "cases.json").write_text(json.dumps(cases))
    found = measure_records([tmp_path / "cases.json"])
    assert [o.status for o in found] == ["passed", "failed"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", "Other"), ("year", 2014), ("doi", "10.1000/y"), ("pages", "1-8"), ("volume", "2"),
     ("authors", ("Hahn, A",)), ("authors", ("Hahn, A", "Koski, C", "More, M")), ("abstract", "B")],
)  # fmt: skip
def test_every_core_field_counts(field, value):
    held = {"title": "One", "year": 2013, "doi": "10.1000/x", "pages": "1-9", "volume": "1",
            "authors": ("Hahn, A", "Koski, C"), "abstract": "A"}  # fmt: skip
    creators = [{"lastName": "Hahn"}, {"lastName": "Koski"}]
    item = {"title": "One", "date": "2013", "DOI": "10.1000/X", "pages": "1–9", "volume": "1",
            "creators": creators, "abstractNote": "A"}  # fmt: skip
    assert differences(Record(id="r", **held), item) == []
    assert len(differences(Record(id="r", **{**held, field: value}), item)) == 1


@needs_reference
def test_the_shared_exports_give_every_record_and_identifier():
    outcomes = measure_records([REFERENCE])
    files = [o for o in outcomes if not o.group.startswith("zotero")]
    assert {o.id for o in files if o.status != "passed"} <= COUNTED_OTHERWISE
    zotero = [o for o in outcomes if o.group.startswith("zotero")]
    passed = sum(o.status == "passed" for o in zotero)
    assert (len(zotero), passed / len(zotero) >= 0.95) == (175, True)
