"""The one place that names concrete adapters: which store a place is, where reviews lie."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Literal

from ranvier import storage
from ranvier.errors import InputError, NotFoundError
from ranvier.workflow.ports import Store

__all__ = ["create_store", "open_store", "restore_store", "shipped_review", "write_snapshot"]

Mode = Literal["read", "write"]
_REMOTE = ("postgresql://", "postgresql+psycopg://")


def open_store(place: str | Path, *, mode: Mode = "write", review_id: str | None = None) -> Store:
    """Open the review at a place: a folder, a snapshot (for reading) or a PostgreSQL address.

    Raises
    ------
    NotFoundError
        If there is no review.
    ReadOnlyError
        Later, on writing to a snapshot.
    """
    if str(place).startswith(_REMOTE):
        return storage.open_url(str(place), review_id=review_id, mode=mode)
    folder = Path(place)
    if storage.is_review(folder):
        return storage.open_folder(folder, mode=mode)
    if storage.is_snapshot(folder):
        return storage.open_snapshot(folder)
    raise NotFoundError(
        f"there is no review in {folder}.",
        remedy="Make one with `ranvier new FOLDER`, or restore one with `ranvier restore`.",
    )


def create_store(place: str | Path, *, review_id: str) -> Store:
    """Make an empty store for a new review."""
    if str(place).startswith(_REMOTE):
        return storage.open_url(str(place), review_id=review_id, create=True)
    folder = Path(place)
    if storage.is_review(folder) or storage.is_snapshot(folder):
        raise InputError(f"{folder} holds a review already.", remedy="Choose another folder.")
    return storage.open_folder(folder, create=True, review_id=review_id)


def restore_store(snapshot: str | Path, place: str | Path) -> Store:
    """Make a store from a snapshot; nothing is left behind if the snapshot is broken."""
    return storage.restore(Path(snapshot), place)


def write_snapshot(store: Store, folder: str | Path) -> None:
    """Write a store as a deterministic text tree."""
    storage.write_snapshot(store, Path(folder))


def shipped_review(name: str) -> Path:
    """Find the snapshot of a review that comes with Ranvier: in the wheel, or in the clone."""
    inside = Path(str(resources.files("ranvier"))) / "shipped" / name
    beside = Path(__file__).resolve().parents[2] / "reviews" / name
    for folder in (inside, beside):
        if storage.is_snapshot(folder):
            return folder
    raise NotFoundError(
        f"no review named {name!r} is shipped.", remedy="`ranvier demo --help` lists them."
    )
