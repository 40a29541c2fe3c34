"""What is written about the web application is what it is."""

from __future__ import annotations

import re
import runpy
from importlib import resources
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
WEB = Path(str(resources.files("ranvier.web")))


def test_the_page_of_the_api_is_current():
    script = ROOT / "docs" / "reference" / "write_web_api.py"
    written = runpy.run_path(str(script))["page"]()
    kept = (script.parent / "web-api.md").read_text("utf-8")
    assert kept == written, "run python docs/reference/write_web_api.py"


def test_the_api_is_described(client):
    told = client.get("/api/v1/openapi.json").json()
    assert all(path.startswith("/api/v1/reviews") for path in told["paths"])
    assert all(route["description"] for held in told["paths"].values() for route in held.values())


def test_every_sentence_of_the_pages_is_in_the_catalogue():
    """What a translator is given holds all that the templates say."""
    with (WEB / "catalogues" / "web.pot").open("rb") as file:
        kept = {message.id for message in read_po(file) if message.id}
    found = {
        message
        for _, _, message, _, _ in extract_from_dir(
            WEB,
            method_map=[("**.html.j2", "jinja2"), ("**.py", "python")],
            options_map={"**.html.j2": {"trimmed": "true", "silent": "false"}},
            keywords={"_": None, "gettext": None, "ngettext": (1, 2), "N_": None},
        )
    }
    assert kept == found, "run python docs/reference/write_web_words.py"


def test_nothing_of_ours_asks_another_host():
    """Neither templates nor styles nor scripts name a host, but for names of namespaces."""
    named = re.compile(rb"(?:https?:)?//[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.I)
    found: dict[str, list[bytes]] = {}
    for path in [*(WEB / "templates").rglob("*.j2"), *(WEB / "static").rglob("*.*")]:
        hosts = [h for h in named.findall(path.read_bytes()) if b"www.w3.org" not in h]
        if hosts:
            found[path.name] = hosts
    assert found == {}


def test_no_template_writes_script_or_style_into_a_page():
    for path in (WEB / "templates").rglob("*.j2"):
        text = path.read_text("utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text), path
        data = 'type="application/json"'
        scripts = re.findall(r"<script[^>]*>", text)
        assert all("src=" in tag or data in tag for tag in scripts), path
