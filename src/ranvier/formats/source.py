"""The bytes of a file and what encoding they are in: found out, explained, and never refused.

A file in UTF-8 with a few foreign bytes is read as UTF-8, and those bytes as Windows-1252; a file
that is not UTF-8 at all is read as Windows-1252. Each such place is a problem that is reported.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

__all__ = ["BLOCK", "Encoding", "Source", "encoding_of", "text_of"]

#: Bytes read at once: memory stays bounded however long the file, and a block fits the caches of
#: the processor together with what is made of it.
BLOCK = 1 << 16

_MIXED = "ranvier-windows-1252"


@dataclass(frozen=True, slots=True)
class Source:
    """A file by its path, or bytes in memory with the name they came under."""

    name: str
    data: bytes | None = None
    path: Path | None = None

    def open(self) -> BinaryIO:
        """Open the bytes for reading, from the start; what gzip packed is unpacked on the way."""
        file = self.opened()
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        return gzip.open(file, "rb") if packed else file  # pyright: ignore[reportReturnType]

    def opened(self) -> BinaryIO:
        """Open the bytes as they are."""
        if self.path is not None:
            return self.path.open("rb")
        return io.BytesIO(self.data or b"")

    def blocks(self) -> Iterator[bytes]:
        """Yield the bytes as text is made of them, in blocks of `BLOCK`."""
        with self.open() as file:
            while block := file.read(BLOCK):
                yield block

    def head(self, size: int = 65_536) -> bytes:
        """Return the first bytes."""
        with self.open() as file:
            return file.read(size)

    @property
    def size(self) -> int:
        """Number of bytes."""
        if self.path is not None:
            return os.stat(self.path).st_size
        return len(self.data or b"")

    def sha256(self) -> str:
        """Hash of all bytes, in hexadecimal."""
        digest = hashlib.sha256()
        with self.opened() as file:
            while block := file.read(BLOCK):
                digest.update(block)
        return digest.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How the bytes of a file become text.

    Attributes
    ----------
    name : str
        As Python knows it.
    errors : str
        Name of the handler for bytes that are not of the encoding.
    why : str
        What it was told by.
    foreign : tuple of (int, int)
        Line and value of the first bytes that are not UTF-8.
    """

    name: str
    errors: str
    why: str
    foreign: tuple[tuple[int, int], ...] = ()


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Read what is not of an encoding as Windows-1252, byte for byte."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    try:
        return bad.decode("cp1252"), error.end
    except UnicodeDecodeError:
        return bad.decode("latin-1"), error.end


codecs.register_error(_MIXED, _as_windows)

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "it begins with the mark of UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "it begins with the mark of UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "it begins with the mark of UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "it begins with the mark of UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "it begins with the mark of UTF-16"),
)


def encoding_of(source: Source) -> Encoding:
    """Find out the encoding of a file.

    Examples
    --------
    >>> encoding_of(Source("f", "Léger".encode("latin-1"))).name
    'cp1252'
    >>> encoding_of(Source("f", "Léger".encode("utf-16"))).why
    'it begins with the mark of UTF-16'
    """
    head = source.head()
    for mark, name, why in _MARKS:
        if head.startswith(mark):
            if name == "utf-8-sig":
                return _utf8(source, name, why)
            return Encoding(name=name, errors="replace", why=why)
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) > len(head) // 5:
        name = "utf-16-le" if odd > even else "utf-16-be"
        return Encoding(name=name, errors="replace", why="every other byte is zero")
    return _utf8(source, "utf-8", "every byte fits UTF-8")


def _utf8(source: Source, name: str, why: str) -> Encoding:
    """Tell UTF-8 with foreign bytes in it from a file that is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    foreign: list[tuple[int, int]] = []
    lines, bad, multi = 1, 0, 0
    for block in source.blocks():
        rest = block
        while True:
            try:
                multi += len(rest) - len(decoder.decode(rest)) if not rest.isascii() else 0
                if rest.isascii():
                    decoder.decode(rest)
                break
            except UnicodeDecodeError as error:
                bad += 1
                if len(foreign) < 20:
                    before = error.object[: error.start].replace(b"\r\n", b"\n")
                    at = lines + before.count(b"\n") + before.count(b"\r")
                    foreign.append((at, error.object[error.start]))
                lines += error.object[: error.end].count(b"\n")
                multi += _followers(error.object[: error.start])
                rest = error.object[error.end :]
                decoder.reset()
        lines += rest.count(b"\n")
    if not bad:
        return Encoding(name=name, errors=_MIXED, why=why)
    if name == "utf-8-sig" or multi > bad:
        why = f"most of it is UTF-8; {bad} places are not, and are read as Windows-1252"
        return Encoding(name=name, errors=_MIXED, why=why, foreign=tuple(foreign))
    return Encoding(
        name="cp1252",
        errors=_MIXED,
        why="its bytes do not fit UTF-8, so that it is read as Windows-1252 (Latin-1)",
    )


def _followers(data: bytes) -> int:
    """Count the bytes that follow the first of a character: of sound UTF-8."""
    return sum(0x80 <= byte < 0xC0 for byte in data) if not data.isascii() else 0


def text_of(source: Source, encoding: Encoding) -> io.TextIOWrapper:
    """Open a file as text; every kind of line end becomes a line feed."""
    binary = source.open()
    buffered = binary if isinstance(binary, io.BufferedIOBase) else io.BufferedReader(binary)  # pyright: ignore[reportArgumentType]
    return io.TextIOWrapper(buffered, encoding.name, encoding.errors, newline=None)
