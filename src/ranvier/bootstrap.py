"""The one place that names concrete adapters: which store a place is, where reviews lie."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Literal

from ranvier.errors import InputError, NotFoundError
from ranvier.sources import (
    ClinicalTrials,
    Contact,
    Crossref,
    EuropePmc,
    FolderSpool,
    Line,
    OpenAlex,
    PubMed,
)
from ranvier.storage import (
    SqlStore,
    is_review,
    is_snapshot,
    open_accounts,
    open_folder,
    open_memory,
    open_url,
    read_manifest,
    restore_snapshot,
    review_ids,
    write_snapshot,
)
from ranvier.workflow.accounts import Accounts
from ranvier.workflow.ports import Asked, Source, Store

__all__ = [
    "SOURCES",
    "Mode",
    "cache_folder",
    "create_store",
    "keep_accounts",
    "open_source",
    "open_spool",
    "open_store",
    "places_in",
    "restore_store",
    "shipped_review",
    "snapshot_store",
]

Mode = Literal["read", "write"]

_CONNECTORS = {c.key: c for c in (PubMed, EuropePmc, OpenAlex, Crossref, ClinicalTrials)}

#: Keys of the databases and registers that can be searched.
SOURCES = tuple(_CONNECTORS)

_REMOTE = ("postgresql://", "postgresql+psycopg://")


def open_store(place: str | Path, *, mode: Mode = "write") -> Store:
    """Open the review at a place.

    Parameters
    ----------
    place : str or Path
        A folder; the folder of a snapshot, for reading; or
        ``postgresql://user@host/database#REVIEW``.

    Raises
    ------
    NotFoundError
        If there is no review.
    """
    if _is_remote(place):
        url, review_id = _address(place)
        return open_url(url, review_id, mode=mode)
    folder = Path(place)
    if is_review(folder):
        return open_folder(folder, mode)
    if is_snapshot(folder):
        return _open_snapshot(folder)
    raise NotFoundError(
        f"there is no review in {folder}.",
        remedy="Make one with `ranvier new FOLDER`, or restore one with `ranvier restore`.",
    )


def cache_folder(place: str | Path) -> Path | None:
    """Return where things that can be made anew are kept; ``None`` where there is no folder."""
    if _is_remote(place) or not is_review(Path(place)):
        return None
    return Path(place) / "cache"


def places_in(place: str) -> list[str]:
    """List the places of reviews in a place: itself, or what its folders or its database hold.

    Parameters
    ----------
    place : str
        A folder of a review or snapshot, a folder of such folders, or a ``postgresql://`` address,
        with or without the id of a review.

    Raises
    ------
    NotFoundError
        If there is no such folder.
    """
    if _is_remote(place):
        url, review_id = _address(place, default="")
        return [place] if review_id else [f"{url}#{id}" for id in review_ids(url)]
    folder = Path(place)
    if is_review(folder) or is_snapshot(folder):
        return [str(folder)]
    if not folder.is_dir():
        raise NotFoundError(f"there is no folder {folder}.", remedy="Check the path, or make it.")
    inside = sorted(folder.iterdir())
    return [str(held) for held in inside if is_review(held) or is_snapshot(held)]


def keep_accounts(place: str) -> Accounts:
    """Open the accounts of a server.

    Parameters
    ----------
    place : str
        Path of a SQLite file, ``:memory:``, or ``postgresql://user@host/database``.
    """
    return Accounts(open_accounts(place), clock=time.time)


def open_source(
    key: str,
    *,
    email: str | None = None,
    server: str | None = None,
    remark: Callable[[str], None] | None = None,
) -> Source:
    """Make a connector; nothing is contacted before it is asked.

    Parameters
    ----------
    key : str
        One of `SOURCES`.
    email : str or None
        Whom the source may write to.
    server : str or None
        Another address that speaks the same protocol, such as a mirror.
    remark : callable or None
        Told why we wait.

    Raises
    ------
    InputError
        If there is no such source, or the address is not safe.
    """
    if key not in _CONNECTORS:
        raise InputError(
            f"there is no connector {key!r}.", remedy=f"Choose one of {', '.join(SOURCES)}."
        )
    connector = _CONNECTORS[key]
    variable = connector.key_variable
    # A key is for the source it was given by, not for whoever else speaks its protocol.
    api_key = os.environ.get(variable) if variable and server is None else None
    contact = Contact(email=email or None, api_key=api_key or None)
    address = server or connector.address
    line = Line(address, every=connector.pace(contact), contact=contact.email, remark=remark)
    return connector(line, contact)


def open_spool(place: str | Path, source: Source, asked: Asked) -> FolderSpool:
    """Open the spool of a search: beside the review, or in the user's cache if that is remote.

    Raises
    ------
    BusyError
        If another process is running this search.
    """
    if _is_remote(place):
        home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        url, review_id = _address(place, default="")
        told = hashlib.sha256(f"{url.rpartition('@')[2]}#{review_id}".encode()).hexdigest()
        folder = Path(home) / "ranvier" / "spool" / told[:16]
    else:
        folder = Path(place) / "spool"
    return FolderSpool(folder, source=source.key, host=source.host, asked=asked)


def create_store(place: str | Path, *, review_id: str) -> SqlStore:
    """Make an empty store for a new review."""
    if _is_remote(place):
        url, named = _address(place, default=review_id)
        return open_url(url, named, create=True)
    folder = Path(place)
    if is_review(folder) or is_snapshot(folder):
        raise InputError(f"{folder} holds a review already.", remedy="Choose another folder.")
    return open_folder(folder, create=True, review_id=review_id)


def restore_store(snapshot: str | Path, place: str | Path) -> SqlStore:
    """Make a store from a snapshot; nothing is left behind if the snapshot is broken."""
    manifest = read_manifest(Path(snapshot))
    # Read once into memory first: a broken snapshot must not leave half a review behind.
    _open_snapshot(Path(snapshot)).close()
    store = create_store(place, review_id=manifest.review)
    restore_snapshot(Path(snapshot), store)
    return store


def snapshot_store(store: Store, folder: str | Path) -> None:
    """Write a store as a deterministic text tree."""
    write_snapshot(store, Path(folder))


def shipped_review(name: str) -> Path:
    """Find the snapshot of a review that comes with Ranvier: in the wheel, or in the clone."""
    inside = Path(str(resources.files("ranvier"))) / "shipped" / name
    beside = Path(__file__).resolve().parents[2] / "reviews" / name
    for folder in (inside, beside):
        if is_snapshot(folder):
            return folder
    raise NotFoundError(
        f"no review named {name!r} is shipped.", remedy="`ranvier demo --help` lists them."
    )


def _open_snapshot(folder: Path) -> SqlStore:
    """Read a snapshot into memory, for reading."""
    store = open_memory(read_manifest(folder).review)
    restore_snapshot(folder, store)
    store.freeze(where=str(folder))
    return store


def _is_remote(place: str | Path) -> bool:
    """Say whether a place is an address of PostgreSQL."""
    return str(place).startswith(_REMOTE)


def _address(place: str | Path, *, default: str | None = None) -> tuple[str, str]:
    """Split an address into that of the database and the id of the review."""
    url, _, review_id = str(place).partition("#")
    if not review_id and default is None:
        raise InputError(
            f"{url} does not say which review.",
            remedy="Add its id after a #, such as postgresql://user@host/database#mmn.",
        )
    return url, review_id or str(default)
