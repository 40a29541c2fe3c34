"""Studies of ClinicalTrials.gov, as version 2 of its API gives them."""

from __future__ import annotations

from typing import Any, cast

from ranvier.formats.dates import iso_date
from ranvier.formats.json.items import Item
from ranvier.formats.json.works import plain

__all__ = ["read_trial"]


def _at(item: Item, path: str) -> Any:
    """Follow a path of names; ``None`` where it ends early."""
    held: Any = item
    for name in path.split("/"):
        held = cast("Item", held).get(name) if isinstance(held, dict) else None
    return held


def _list(item: Item, path: str) -> list[Any]:
    """Follow a path to a list."""
    held = _at(item, path)
    return cast("list[Any]", held) if isinstance(held, list) else []


def read_trial(item: Item) -> dict[str, Any]:
    """Read one study into the fields of a record."""
    study = cast("Item", item.get("protocolSection") or {})
    derived = cast("Item", item.get("derivedSection") or {})
    nct = plain(_at(study, "identificationModule/nctId"))
    official = plain(_at(study, "identificationModule/officialTitle"))
    brief = plain(_at(study, "identificationModule/briefTitle"))
    day = iso_date(plain(_at(study, "statusModule/studyFirstSubmitDate"))) or iso_date(
        plain(_at(study, "statusModule/startDateStruct/date"))
    )
    secondary = [plain(s.get("id")) for s in _list(study, "identificationModule/secondaryIdInfos")]
    organisation = plain(_at(study, "identificationModule/orgStudyIdInfo/id"))
    officials = _list(study, "contactsLocationsModule/overallOfficials")
    interventions = [
        f"{plain(i.get('type')).capitalize()}: {plain(i.get('name'))}"
        + (f" ({plain(i.get('description'))})" if i.get("description") else "")
        for i in _list(study, "armsInterventionsModule/interventions")
    ]
    parts = [
        ("SUMMARY", plain(_at(study, "descriptionModule/briefSummary"))),
        ("DESCRIPTION", plain(_at(study, "descriptionModule/detailedDescription"))),
        ("CONDITIONS", "; ".join(map(plain, _list(study, "conditionsModule/conditions")))),
        ("INTERVENTIONS", "; ".join(interventions)),
        ("PRIMARY OUTCOMES", _outcomes(study, "primaryOutcomes")),
        ("SECONDARY OUTCOMES", _outcomes(study, "secondaryOutcomes")),
        ("ELIGIBILITY", plain(_at(study, "eligibilityModule/eligibilityCriteria"))),
    ]
    references = _list(study, "referencesModule/references")
    terms = [
        plain(m.get("term"))
        for module in ("conditionBrowseModule", "interventionBrowseModule")
        for m in _list(derived, f"{module}/meshes")
    ]
    phases = [plain(p) for p in _list(study, "designModule/phases")]
    kind = plain(_at(study, "designModule/studyType"))
    enrolled = _at(study, "designModule/enrollmentInfo/count")
    extra = [
        ("overallStatus", plain(_at(study, "statusModule/overallStatus"))),
        ("enrollment", str(enrolled) if enrolled is not None else ""),
        ("acronym", plain(_at(study, "identificationModule/acronym"))),
        ("hasResults", str(item.get("hasResults", "")).lower()),
        *(("referencePmid", plain(r.get("pmid"))) for r in references if r.get("pmid")),
        *(("secondaryId", number) for number in secondary),
        ("orgStudyId", organisation),
    ]
    return {
        "title": official or brief,
        "short_title": brief if official else None,
        "authors": tuple(plain(o.get("name")) for o in officials if o.get("name")),
        "year": int(day[:4]) if day else None,
        "date": day,
        "abstract": "\n".join(f"{label}: {text}" for label, text in parts if text) or None,
        "accession": nct or None,
        "database": "ClinicalTrials.gov",
        "kind": "register",
        "genre": "registration",
        "type": kind or None,
        "types": tuple(t for t in (kind, *phases) if t),
        "publisher": plain(_at(study, "sponsorCollaboratorsModule/leadSponsor/name")) or None,
        "keywords": tuple(map(plain, _list(study, "conditionsModule/keywords"))),
        "mesh": tuple(t for t in dict.fromkeys(terms) if t),
        "urls": (f"https://clinicaltrials.gov/study/{nct}",) if nct else (),
        "extra": tuple((name, text) for name, text in extra if text),
        "tags": {"title": "officialTitle" if official else "briefTitle", "accession": "nctId",
                 "abstract": "briefSummary", "date": "studyFirstSubmitDate"},
        "registry_ids": (nct,) if nct else (),
    }  # fmt: skip


def _outcomes(study: Item, name: str) -> str:
    """List outcome measures with their time frames."""
    return "; ".join(
        f"{plain(o.get('measure'))} [{plain(o.get('timeFrame'))}]"
        for o in _list(study, f"outcomesModule/{name}")
    )
