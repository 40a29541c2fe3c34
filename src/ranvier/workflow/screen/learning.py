"""Learning: the ranker in a process of its own, so that computing holds up no request.

Python runs one thread at a time, and a fit on many records holds on for longer than a reviewer
should wait for the next one. So a process beside the server learns: it is told texts, once, and
decisions, in frames of MessagePack over its own standard streams, and answers with orders as arrays
of numbers. It ends when the server does.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from array import array
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, Protocol

import msgspec

from ranvier.errors import InputError, StorageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ranvier.ranking import Text

__all__ = ["Apart", "Here", "ItemText", "Learning", "Task"]

#: How much the process yields to others: what a reviewer waits for comes first.
NICE = 10
#: Texts sent at a time.
AT_ONCE = 200

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
    brings : {"all", "more"} or None
        Whether the texts of the stage come with it, or some besides those told before.
    line : bytes or None
        32-bit numbers: the place in line of each item told so far, in the order they came, which
        decides between equals; -1 where it is in line no more. None if it is as before.
    query : str or None
        The words of the review's questions.
    vectors : str or None
        Folder with what a sentence model makes of the texts that come, if it has read all of them.
    """

    stage: str
    reviewer: str | None
    told: dict[str, bool]
    again: tuple[str, ...] = ()
    brings: Literal["all", "more"] | None = None
    line: bytes | None = None
    query: str | None = None
    vectors: str | None = None


#: Item, title and abstract.
ItemText = tuple[str, str, str]


class Learning(Protocol):
    """What puts items in order."""

    def order(self, task: Task, texts: Iterable[ItemText] = ()) -> array[int]:
        """Return the items that are not decided, best first, by their number.

        They are numbered from 0 in the order in which their texts came.
        """
        ...

    def close(self) -> None:
        """End it."""
        ...


class Here:
    """Learns where it is called."""

    def __init__(self) -> None:
        from ranvier.ranking import Ranker  # SciPy, only for who screens

        self._stages: dict[str, Ranker] = {}
        self._lines: dict[str, array[int]] = {}
        self._told: dict[tuple[str, str | None], Ranker] = {}

    def order(self, task: Task, texts: Iterable[ItemText] = ()) -> array[int]:
        """Return the items that are not decided, best first, by their number."""
        from ranvier.ranking import Ranker, Text

        read = (Text(*text) for text in texts)
        if task.brings == "all":
            if task.vectors is not None:
                read = tuple(read)
            meanings = _meanings(task, read) if isinstance(read, tuple) else None
            self._stages[task.stage] = Ranker.of(read, query=task.query, meanings=meanings)
        elif task.brings == "more":
            self._stages[task.stage] = self._stages[task.stage].extended(read)
        if task.brings is not None:
            self._told = {key: r for key, r in self._told.items() if key[0] != task.stage}
        if task.line is not None:
            self._lines[task.stage] = array("i", task.line)
        key = task.stage, task.reviewer
        if key not in self._told:
            self._told[key] = self._stages[task.stage].afresh()
        return self._told[key].places(
            task.told, again=frozenset(task.again), line=self._lines[task.stage]
        )

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

    def order(self, task: Task, texts: Iterable[ItemText] = ()) -> array[int]:
        """Return the items that are not decided, best first, by their number.

        Texts are read only as fast as they are learnt, so that few are held at a time.

        Raises
        ------
        StorageError
            If the process ended, for want of memory perhaps.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            _send(self._process.stdin, msgspec.msgpack.encode(task))
            if task.brings is not None:
                rest = iter(texts)
                while some := list(islice(rest, AT_ONCE)):
                    _send(self._process.stdin, msgspec.msgpack.encode(some))
                _send(self._process.stdin, msgspec.msgpack.encode([]))
            answer = _receive(self._process.stdout)
        except (BrokenPipeError, ValueError):  # closed at the other end, or at this one
            answer = None
        if answer is None:
            raise StorageError(
                "the process that orders queues ended.",
                remedy="Queues keep their order; open the review again to learn anew.",
            )
        return array("i", answer)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):  # the other end is gone
                    stream.close()


def _meanings(task: Task, texts: Iterable[Text]) -> NDArray[Any] | None:
    """Look up what texts mean: of all, or of none."""
    from ranvier.embedding import find_model, kept, sentence

    sentences = [sentence(text.title, text.abstract) for text in texts]
    try:
        found = kept(sentences, find_model(), folder=Path(task.vectors or ""))
    except InputError:  # the extra was taken away meanwhile: words order as before
        return None
    return None if found is None else found.rows


def serve(asked: IO[bytes], answers: IO[bytes]) -> None:
    """Answer tasks until there are no more."""
    here = Here()
    while (frame := _receive(asked)) is not None:
        task = msgspec.msgpack.decode(frame, type=Task)
        texts = () if task.brings is None else _texts(asked)
        _send(answers, here.order(task, texts).tobytes())


def _texts(asked: IO[bytes]) -> Iterator[ItemText]:
    """Yield the texts that follow a task, up to a frame that holds none."""
    while frame := _receive(asked):
        some = msgspec.msgpack.decode(frame, type=list[ItemText])
        if not some:
            return
        yield from some


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
