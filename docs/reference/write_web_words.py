"""Gather what the pages say for translators: python docs/reference/write_web_words.py."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

WEB = Path(str(resources.files("ranvier.web")))


def catalogue() -> Catalog:
    """Return every message of the templates and modules of the web application."""
    words = Catalog(project="Ranvier, the web application", charset="utf-8")
    for file, line, message, comments, context in extract_from_dir(
        WEB,
        method_map=[("**.html.j2", "jinja2"), ("**.py", "python")],
        options_map={"**.html.j2": {"trimmed": "true", "silent": "false"}},
        keywords={"_": None, "gettext": None, "ngettext": (1, 2), "N_": None},
    ):
        words.add(message, locations=[(file, line)], auto_comments=comments, context=context)
    return words


if __name__ == "__main__":
    with (WEB / "catalogues" / "web.pot").open("wb") as file:
        write_po(file, catalogue(), omit_header=True, sort_output=True, no_location=True)
