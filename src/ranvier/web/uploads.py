"""Files that were dropped: kept until they are added to the review, or let go."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ranvier.errors import NotFoundError
from ranvier.web.jobs import Job, Jobs
from ranvier.workflow.collect import Preview

__all__ = ["Told", "Upload", "Uploads"]

#: How long a file that nobody adds is kept, in seconds.
KEPT = 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a file says of itself.

    Attributes
    ----------
    source, kind : str
        What was searched, and the side of the PRISMA flow it counts on.
    """

    preview: Preview
    source: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that was dropped.

    Attributes
    ----------
    id : str
        The beginning of its SHA-256: the same file dropped twice is one.
    """

    id: str
    review: str
    actor: str
    name: str
    path: Path
    size: int
    at: float


class Uploads:
    """Files that were dropped, each seen by who dropped it only.

    Parameters
    ----------
    jobs : Jobs
        Where they are read and added.
    """

    def __init__(self, jobs: Jobs) -> None:
        self.jobs = jobs
        self._folder = Path(tempfile.mkdtemp(prefix="ranvier-uploads-"))
        self._held: dict[tuple[str, str, str], Upload] = {}
        self._turn = threading.Lock()

    def keep(self, file: BinaryIO, name: str, *, review: str, actor: str) -> Upload:
        """Keep a file."""
        self._forget_old()
        handle, path = tempfile.mkstemp(dir=self._folder)
        digest = hashlib.sha256()
        with open(handle, "wb") as kept:
            while piece := file.read(1 << 20):
                digest.update(piece)
                kept.write(piece)
        upload = Upload(
            id=digest.hexdigest()[:16],
            review=review,
            actor=actor,
            name=Path(name.replace("\\", "/")).name or "file",
            path=Path(path),
            size=Path(path).stat().st_size,
            at=time.time(),
        )
        with self._turn:
            before = self._held.get((review, actor, upload.id))
            if before is not None and not self._is_added(before):
                Path(path).unlink()
                return before
        if before is not None:
            self.drop(before)  # added already: looked at anew, it says so
        with self._turn:
            self._held[(review, actor, upload.id)] = upload
        return upload

    def of(self, review: str, actor: str) -> list[Upload]:
        """Return somebody's files, in the order they were dropped."""
        held = [u for u in self._held.values() if (u.review, u.actor) == (review, actor)]
        return sorted(held, key=lambda u: u.at)

    def get(self, id: str, *, review: str, actor: str) -> Upload:
        """Return a file.

        Raises
        ------
        NotFoundError
            If it is no longer kept.
        """
        upload = self._held.get((review, actor, id))
        if upload is None:
            raise NotFoundError("this file is no longer kept.", remedy="Drop it again.")
        return upload

    def reading(self, upload: Upload) -> Job | None:
        """Return the job that looks at a file."""
        return self.jobs.get(("read", upload.review, upload.actor, upload.id))

    def adding(self, upload: Upload) -> Job | None:
        """Return the job that adds a file to the review."""
        return self.jobs.get(("add", upload.review, upload.actor, upload.id))

    def drop(self, upload: Upload) -> None:
        """Let a file go."""
        with self._turn:
            self._held.pop((upload.review, upload.actor, upload.id), None)
        for what in ("read", "add"):
            self.jobs.forget((what, upload.review, upload.actor, upload.id))
        upload.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let every file go."""
        self._held.clear()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _is_added(self, upload: Upload) -> bool:
        """Say whether a file was added to the review."""
        adding = self.adding(upload)
        return adding is not None and adding.state == "done"

    def _forget_old(self) -> None:
        """Let files go that nobody added in a day."""
        for upload in [u for u in self._held.values() if u.at < time.time() - KEPT]:
            adding = self.adding(upload)
            if adding is None or adding.state != "running":
                self.drop(upload)
