"""Work that takes longer than a page: done beside the requests, looked at while it goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass, field
from typing import Any, Literal

from ranvier.errors import RanvierError

__all__ = ["Job", "Jobs"]

State = Literal["running", "done", "failed"]


@dataclass(slots=True)
class Job:
    """A piece of work.

    Attributes
    ----------
    label : str
        What it is, for the page.
    done, share
        How many things are done, and what share of all that is; 0 where nobody can say.
    result
        What it returned.
    problem : str or None
        Why it failed, with what to do.
    """

    label: str
    state: State = "running"
    done: int = 0
    share: float = 0.0
    result: Any = None
    problem: str | None = None
    future: Future[None] | None = field(default=None, repr=False)

    def tell(self, done: int, share: float) -> None:
        """Note how far it is."""
        self.done, self.share = done, share

    def wait(self, seconds: float) -> None:
        """Wait a moment for it to end: most work is over before a page would be shown."""
        if self.future is not None:
            try:
                self.future.result(seconds)
            except Late:
                return


class Jobs:
    """The work of a server, by key; one piece of each key at a time."""

    def __init__(self, *, at_once: int = 2) -> None:
        self._pool = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="ranvier-job")
        self._held: dict[Hashable, Job] = {}
        self._turn = threading.Lock()

    def start(self, key: Hashable, label: str, work: Callable[[Job], Any]) -> Job:
        """Begin a piece of work, unless one of this key is under way: then return that."""
        with self._turn:
            held = self._held.get(key)
            if held is not None and held.state == "running":
                return held
            job = self._held[key] = Job(label)
            job.future = self._pool.submit(self._run, job, work)
            return job

    def get(self, key: Hashable) -> Job | None:
        """Return the last piece of work of a key."""
        return self._held.get(key)

    def forget(self, key: Hashable) -> None:
        """Forget a piece of work that has ended."""
        with self._turn:
            held = self._held.get(key)
            if held is not None and held.state != "running":
                del self._held[key]

    def close(self) -> None:
        """Finish what is under way; begin nothing more."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    @staticmethod
    def _run(job: Job, work: Callable[[Job], Any]) -> None:
        """Do a piece of work and keep what came of it; a bug is told as one."""
        try:
            job.result = work(job)
        except RanvierError as error:
            job.problem, job.state = str(error), "failed"
        except BaseException:
            job.problem = "This ended by a fault of Ranvier's own; the server's log says more."
            job.state = "failed"
            raise
        else:
            job.state = "done"
