"""What a server is told when it starts."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ranvier.errors import InputError

__all__ = ["Settings", "is_loopback"]

#: The largest file that is taken in one request, in bytes.
LARGEST_UPLOAD = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a server is told when it starts.

    Attributes
    ----------
    places : tuple of str
        Folders of reviews, folders of such folders, or ``postgresql://`` addresses.
    actor : str
        Who acts where there are no accounts.
    token : str or None
        What the first request must bring, once; for one person on their own machine.
    accounts : str or None
        Where the server keeps accounts, invitations and sessions: the path of a SQLite file or a
        ``postgresql://`` address; ``None`` for one person, without accounts.
    sessions : str
        Where sessions are kept where there are no accounts, so that they outlive the server: the
        path of a SQLite file, or ``:memory:``.
    addresses : tuple of str
        Under which addresses people reach the server, such as ``https://reviews.example.org``.
    largest_upload : int
        In bytes.

    Raises
    ------
    InputError
        If others could reach a server without accounts, or an address is none.
    """

    places: tuple[str, ...]
    host: str = "127.0.0.1"
    port: int = 8765
    actor: str = "person:owner"
    token: str | None = field(default=None, repr=False)
    accounts: str | None = field(default=None, repr=False)
    sessions: str = field(default=":memory:", repr=False)
    addresses: tuple[str, ...] = ()
    largest_upload: int = LARGEST_UPLOAD

    def __post_init__(self) -> None:
        """Refuse what would be open to strangers."""
        for address in self.addresses:
            parts = urlsplit(address)
            if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/"):
                raise InputError(
                    f"{address!r} is no address of a server.",
                    remedy="Give scheme and host only, such as https://reviews.example.org.",
                )
        if is_loopback(self.host):
            return
        if self.accounts is None:
            raise InputError(
                f"anybody who reaches {self.host} could read and change these reviews.",
                remedy="Add --accounts, so that people sign in; or leave --host out.",
            )
        if not self.addresses and self.host in ("0.0.0.0", "::"):
            raise InputError(
                "a server on all interfaces must know under which name people reach it.",
                remedy="Add --address https://reviews.example.org (with your own name).",
            )

    @property
    def address(self) -> str:
        """The address that is told to people."""
        if self.addresses:
            return self.addresses[0].rstrip("/")
        return f"http://{_authority(self.host, self.port)}"

    @property
    def secure(self) -> bool:
        """Whether people reach the server over TLS only, so that cookies are kept to it."""
        return bool(self.addresses) and all(a.startswith("https://") for a in self.addresses)

    @property
    def origins(self) -> frozenset[str]:
        """Origins that our own pages have."""
        if self.addresses:
            told = {a.rstrip("/").lower() for a in self.addresses}
        else:
            names = {self.host}
            if is_loopback(self.host):
                names |= {"127.0.0.1", "localhost", "::1"}
            told = {f"http://{_authority(name, self.port)}" for name in names}
        return frozenset(told)

    @property
    def hosts(self) -> frozenset[str]:
        """What a request may call the server: anything else is a name bound anew by a stranger."""
        return frozenset(origin.partition("://")[2] for origin in self.origins)


def is_loopback(host: str) -> bool:
    """Say whether an address can be reached from the same machine only.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _authority(name: str, port: int) -> str:
    """Write host and port as a browser does."""
    said = f"[{name}]" if ":" in name else name
    return said if port == 80 else f"{said}:{port}"
