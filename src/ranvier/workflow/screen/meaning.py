"""Meaning: a sentence model reads the texts of a stage, in a process that yields to all others.

Where ``ranvier[embed]`` is installed, what texts mean takes part in the order of queues. Reading
takes a minute for a thousand records, so it begins once a first order is out, and nobody waits for
it. Vectors are kept beside the review: each text is read once, and an update reads what is new.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from ranvier.errors import RanvierError

__all__ = ["MOST_READ", "Reading", "meanings_wanted", "read"]

#: Records of a stage beyond which they are not read: above, an order is one of words alone.
MOST_READ = 15_000

#: How much the process yields to others: what a reviewer waits for comes first, then orders.
NICE = 19

#: A server reads the texts of one review at a time.
_TURN = threading.Lock()

_LOG = logging.getLogger(__name__)


def meanings_wanted() -> bool:
    """Say whether texts are read: if the extra is installed, and ``RANVIER_EMBED`` is not off."""
    from ranvier.embedding import wanted  # NumPy, only for who screens

    return wanted()


def read(texts: Sequence[str], folder: Path) -> None:
    """Read texts with one core, and keep what they mean in a folder."""
    from ranvier.embedding import embed, find_model

    embed(texts, find_model(), folder=folder, threads=1)


class Reading:
    """A process that reads the texts of one stage.

    Parameters
    ----------
    texts : sequence of str
    folder : Path
        Where vectors are kept.
    done : callable
        Called from a thread once all are read; not if that fails or is ended.
    """

    def __init__(self, texts: Sequence[str], folder: Path, done: Callable[[], None]) -> None:
        self._folder = folder
        self._done = done
        self._closed = False
        self._process: subprocess.Popen[bytes] | None = None
        self._door = threading.Lock()
        held = msgspec.msgpack.encode([_whole(text) for text in texts])
        self._thread = threading.Thread(
            target=self._run, args=(held,), name="ranvier-reading", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """End the process; what it has read is kept."""
        with self._door:
            self._closed = True
            if self._process is not None:
                self._process.kill()
        if self._process is not None:
            self._thread.join()

    def _run(self, texts: bytes) -> None:
        """Hand over the texts when it is their turn, and wait until they are read."""
        with _TURN:
            with self._door:
                if self._closed:
                    return
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "ranvier.workflow.screen.meaning", str(self._folder)],
                    stdin=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                )
            _, said = self._process.communicate(texts)
        if self._closed:
            return
        if self._process.returncode == 0:
            self._done()
        else:
            why = said.decode(errors="replace").strip().splitlines()
            _LOG.warning(
                "Queues are ordered without sentence embeddings: %s",
                why[-1] if why else "the process that computes them ended.",
            )


def _whole(text: str) -> str:
    """Put a mark in the place of half a character, which cannot be sent."""
    return text.encode("utf-8", "replace").decode()


def main() -> int:
    """Read the texts that come over the standard input."""
    if hasattr(os, "nice"):
        os.nice(NICE)
    texts = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=list[str])
    try:
        read(texts, Path(sys.argv[1]))
    except (RanvierError, OSError) as error:
        remedy = getattr(error, "remedy", None)
        sys.stderr.write(f"{error} {remedy}\n" if remedy else f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
