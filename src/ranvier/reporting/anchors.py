"""Where things stand in the document: one anchor for each node of the trace."""

from __future__ import annotations

import re

__all__ = ["anchor", "trace_anchor"]

_OTHER = re.compile(r"[^A-Za-z0-9_.\-:]")


def anchor(prefix: str, id: str) -> str:
    """Return an HTML id and URL fragment for `id`; different ids never share one.

    Examples
    --------
    >>> anchor("sof", "strength/IVIg vs placebo")
    'sof-strength:IVIg~20vs~20placebo'
    """
    said = id.replace("~", "~7e").replace(":", "~3a").replace("/", ":")
    return f"{prefix}-{_OTHER.sub(_hex, said)}"


def _hex(match: re.Match[str]) -> str:
    """Write one character as ``~`` and the hexadecimal digits of its bytes."""
    char = match.group()
    return char if char == "~" else "".join(f"~{byte:02x}" for byte in char.encode("utf-8"))


def trace_anchor(node: str) -> str:
    """Return the anchor of a node of the trace.

    Examples
    --------
    >>> trace_anchor("row/strength_azulay1994")
    'trace-row:strength_azulay1994'
    """
    return anchor("trace", node)
