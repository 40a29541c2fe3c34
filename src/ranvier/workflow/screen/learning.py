"""Learning: the ranker in a process of its own, so that computing holds up no request.

Python runs one thread at a time, and a fit on twenty thousand records holds on for longer than a
reviewer should wait for the next one. So a process beside the server learns: it is told texts and
decisions, and answers with orders, in frames of MessagePack over its own standard streams. It ends
when the server does.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from contextlib import suppress
from typing import IO, Protocol

import msgspec

from ranvier.errors import StorageError

__all__ = ["Apart", "Here", "Learning", "Task"]

#: How much the process yields to others: what a reviewer waits for comes first.
NICE = 10

_LENGTH = struct.Struct("<Q")


class Task(msgspec.Struct, frozen=True):
    """What is to be learnt.

    Attributes
    ----------
    stage, reviewer : str, str or None
        Whose order it is; None for one shared by all.
    told : dict of str to bool
        Decisions on items.
    again : tuple of str
        Decided items that are to be in the order nevertheless.
    texts : tuple of (str, str, str) or None
        Item, title and abstract of everything at the stage; None if it was told before.
    query : str or None
        The words of the review's questions.
    """

    stage: str
    reviewer: str | None
    told: dict[str, bool]
    again: tuple[str, ...] = ()
    texts: tuple[tuple[str, str, str], ...] | None = None
    query: str | None = None


class Learning(Protocol):
    """What puts items in order."""

    def order(self, task: Task) -> list[str]:
        """Return the items of a stage that are not decided, best first."""
        ...

    def close(self) -> None:
        """End it."""
        ...


class Here:
    """Learns where it is called."""

    def __init__(self) -> None:
        from ranvier.ranking import Ranker  # SciPy, only for who screens

        self._stages: dict[str, Ranker] = {}
        self._told: dict[tuple[str, str | None], Ranker] = {}

    def order(self, task: Task) -> list[str]:
        """Return the items of a stage that are not decided, best first."""
        from ranvier.ranking import Ranker, Text

        if task.texts is not None:
            texts = (Text(*text) for text in task.texts)
            self._stages[task.stage] = Ranker.of(texts, query=task.query)
            self._told = {key: r for key, r in self._told.items() if key[0] != task.stage}
        key = task.stage, task.reviewer
        if key not in self._told:
            self._told[key] = self._stages[task.stage].afresh()
        return list(self._told[key].order(task.told, again=frozenset(task.again)).ids)

    def close(self) -> None:
        """Do nothing: there is nothing to end."""


class Apart:
    """Learns in a process of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ranvier.workflow.screen.learning"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def order(self, task: Task) -> list[str]:
        """Return the items of a stage that are not decided, best first.

        Raises
        ------
        StorageError
            If the process ended, for want of memory perhaps.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            _send(self._process.stdin, msgspec.msgpack.encode(task))
            answer = _receive(self._process.stdout)
        except (BrokenPipeError, ValueError):  # closed at the other end, or at this one
            answer = None
        if answer is None:
            raise StorageError(
                "the process that orders queues ended.",
                remedy="Queues keep their order; open the review again to learn anew.",
            )
        return msgspec.msgpack.decode(answer, type=list[str])

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):  # the other end is gone
                    stream.close()


def serve(asked: IO[bytes], answers: IO[bytes]) -> None:
    """Answer tasks until there are no more."""
    here = Here()
    while (frame := _receive(asked)) is not None:
        order = here.order(msgspec.msgpack.decode(frame, type=Task))
        _send(answers, msgspec.msgpack.encode(order))


def _send(stream: IO[bytes], frame: bytes) -> None:
    """Write a frame with its length before it."""
    stream.write(_LENGTH.pack(len(frame)) + frame)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes | None:
    """Read a frame; None at the end."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    frame = stream.read(length)
    return frame if len(frame) == length else None


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(NICE)
    with suppress(BrokenPipeError, KeyboardInterrupt):  # the server ended
        serve(sys.stdin.buffer, sys.stdout.buffer)
