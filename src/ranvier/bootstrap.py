"""The one place that names concrete adapters: which store a place is, where reviews lie."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Literal

from ranvier.errors import InputError, NotFoundError
from ranvier.storage import (
    SqlStore,
    is_review,
    is_snapshot,
    open_folder,
    open_memory,
    open_url,
    read_manifest,
    restore_snapshot,
    write_snapshot,
)
from ranvier.workflow.ports import Store

__all__ = [
    "Mode",
    "cache_folder",
    "create_store",
    "open_store",
    "restore_store",
    "shipped_review",
    "snapshot_store",
]

Mode = Literal["read", "write"]
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
