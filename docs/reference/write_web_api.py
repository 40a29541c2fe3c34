"""Write docs/reference/web-api.md from the routes: python docs/reference/write_web_api.py."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

HEAD = """\
# The JSON API

Under `/api/v1` the server of `ranvier serve` speaks JSON; OpenAPI describes it at
`/api/v1/openapi.json`. It goes through the same seat as the pages: each answer holds what its
asker may see, and no more. Its version is in the address: within `v1` fields are added, never
taken away or renamed. This page is written by `docs/reference/write_web_api.py`.

A program signs in as a browser does and keeps the cookie. A request that changes something bears
the header `Origin` with the server's address. What carries a `client_id` (a UUID of version 7
that the caller makes) may be sent again: it counts once. Errors are `{"error", "message",
"remedy"}`: 401 nobody has signed in, 403 a role or blinding does not allow it, 404 there is no
such thing (or review, to strangers of it), 413 too large, 422 it does not hold.

`{review}` is what the addresses of the pages call a review; `{stage}` is `title_abstract` or
`full_text`.

| request | does | takes |
| --- | --- | --- |
"""


def page() -> str:
    """Return the page."""
    from ranvier.web import Settings, make_app

    with tempfile.TemporaryDirectory() as folder:
        told = make_app(Settings(places=(folder,), token="t")).openapi()
    lines: list[str] = []
    for path, held in sorted(told["paths"].items()):
        for method, route in held.items():
            said = route["description"].split("\n")[0]
            lines.append(f"| `{method.upper()} {path}` | {said} | {_takes(told, path, route)} |")
    return HEAD + "\n".join(lines) + "\n"


def _takes(told: dict[str, Any], path: str, route: dict[str, Any]) -> str:
    """List what a route takes beside its address; what must be given is bold."""
    taken = {p["name"]: p["required"] for p in route.get("parameters", []) if p["in"] == "query"}
    for content in route.get("requestBody", {}).get("content", {}).values():
        schema = content["schema"]
        reference = schema.get("$ref") or schema.get("allOf", [{}])[0].get("$ref", "")
        body = told["components"]["schemas"].get(reference.rpartition("/")[2], {})
        for name in body.get("properties", {}):
            taken[name] = name in body.get("required", [])
    return ", ".join(f"**`{n}`**" if must else f"`{n}`" for n, must in taken.items())


if __name__ == "__main__":
    Path(__file__).with_name("web-api.md").write_text(page(), encoding="utf-8")
