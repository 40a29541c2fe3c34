"""In which language a text is written, for the `lang` attribute: by its script first.

A record says which language its publication is in; its title and abstract may be translated. So
the script decides where it can, and the record where it cannot.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

__all__ = ["language_tag", "text_language"]

#: Script -> the languages written in it that a record may name, the likeliest first.
_SCRIPTS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"[\u3040-\u30ff]"), ("ja",)),
    (re.compile(r"[\uac00-\ud7af\u1100-\u11ff]"), ("ko",)),
    (re.compile(r"[\u3400-\u9fff\uf900-\ufaff]"), ("zh", "ja", "yue", "ko")),
    (re.compile(r"[\u0600-\u06ff\u0750-\u077f]"), ("ar", "fa", "ur", "ps", "ku", "ug", "sd")),
    (re.compile(r"[\u0590-\u05ff]"), ("he", "yi")),
    (re.compile(r"[\u0400-\u052f]"), ("ru", "uk", "bg", "sr", "mk", "be", "kk", "ky", "mn")),
    (re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]{3}"), ("el",)),
    (re.compile(r"[\u0900-\u097f]"), ("hi", "mr", "ne", "sa")),
    (re.compile(r"[\u0980-\u09ff]"), ("bn", "as")),
    (re.compile(r"[\u0b80-\u0bff]"), ("ta",)),
    (re.compile(r"[\u0c00-\u0c7f]"), ("te",)),
    (re.compile(r"[\u0e00-\u0e7f]"), ("th",)),
    (re.compile(r"[\u10a0-\u10ff]"), ("ka",)),
    (re.compile(r"[\u0530-\u058f]"), ("hy",)),
)
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")


def text_language(text: str, declared: Iterable[str] = ()) -> str:
    """Return the BCP 47 tag of the language of a text.

    Parameters
    ----------
    declared : iterable of str
        What the record says, as sources write it: ``jpn``, ``Japanese``, ``ja``.

    Examples
    --------
    >>> text_language("多灶性运动神经病", ["chi"]), text_language("[A trial.]", ["jpn"])
    ('zh', 'en')
    >>> text_language("Eine Studie", ["ger"])
    'de'
    """
    tags = [tag for tag in map(language_tag, declared) if tag]
    latin = len(_LATIN.findall(text))
    for script, known in _SCRIPTS:
        if 3 * len(script.findall(text)) > latin and script.search(text):
            return next((tag for tag in tags if tag in known), known[0])
    elsewhere = {tag for _script, known in _SCRIPTS for tag in known}
    # Square brackets are PubMed's sign of a title that was translated into English.
    if text.startswith("["):
        return "en"
    return next((tag for tag in tags if tag not in elsewhere), "en")


@cache
def language_tag(said: str) -> str | None:
    """Return the tag of a language as sources name it, ``None`` if we do not know it.

    Examples
    --------
    >>> language_tag("ger"), language_tag("Japanese"), language_tag("pt-BR"), language_tag("?")
    ('de', 'ja', 'pt', None)
    """
    from babel.core import Locale, get_global

    low = said.strip().casefold()
    names = Locale("en").languages
    code = re.split(r"[-_]", low)[0]
    if code in names and len(code) == 2:
        return code
    alias = get_global("language_aliases").get(code)
    if alias is not None and len(code) == 3:
        return str(alias).split("_")[0]
    return next((tag for tag, name in names.items() if name.casefold() == low), None)
