"""Read a PO file and translate by it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from markupsafe import Markup, escape

from ranvier.errors import InputError

__all__ = ["N_", "Catalogue", "catalogue", "languages"]


def N_(message: str) -> str:
    """Name a message for the catalogues; it is translated where it is said."""
    return message


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The messages of one language; what is missing there is said in English."""

    language: str
    _translations: NullTranslations

    def gettext(self, message: str) -> str:
        """Translate a message."""
        return self._translations.gettext(message)

    def ngettext(self, one: str, many: str, n: int) -> str:
        """Translate a message that depends on a count, by the plural rules of the language."""
        return self._translations.ngettext(one, many, n)

    def fill(self, message: str, /, **parts: str | Markup) -> Markup:
        """Translate a message and fill in its parts; numbers and names are parts, never text."""
        return Markup(escape(self.gettext(message))).format(**parts)

    def nfill(self, one: str, many: str, n: int, /, **parts: str | Markup) -> Markup:
        """Translate a message that depends on a count and fill in its parts."""
        return Markup(escape(self.ngettext(one, many, n))).format(**parts)


def languages() -> tuple[str, ...]:
    """Return the languages there are catalogues for, English first."""
    here = resources.files("ranvier.reporting.catalogues")
    found = [file.name.removesuffix(".po") for file in here.iterdir() if file.name.endswith(".po")]
    return ("en", *sorted(found))


@cache
def catalogue(language: str) -> Catalogue:
    """Return the catalogue of a language.

    Raises
    ------
    InputError
        If there is none; the message names those there are.
    """
    if language == "en":
        return Catalogue("en", NullTranslations())
    if language not in languages():
        raise InputError(
            f"there is no catalogue for the language {language!r}.",
            remedy=f"Choose one of {', '.join(languages())}.",
        )
    file = resources.files("ranvier.reporting.catalogues") / f"{language}.po"
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(file.read_bytes()), locale=language))
    compiled.seek(0)
    return Catalogue(language, GNUTranslations(compiled))
