"""The language of a text: its script first, then what the record says."""

from __future__ import annotations

import pytest

from ranvier.web.languages import text_language


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        ("Eine Studie", ["German"], "de"),
        ("A trial", ["jpn"], "en"),
        ("[Eine Studie]", ["ger"], "en"),
        ("臨床試験", ["jpn"], "ja"),
        ("臨床試験", [], "zh"),
        ("免疫グロブリン", ["eng"], "ja"),
        ("열성 경련", [], "ko"),
        ("تجربة", ["per"], "fa"),
        ("تجربة IVIg", ["eng"], "ar"),
        ("שלום", [], "he"),
        ("Испытание", ["ukr"], "uk"),
        ("α-interferon in patients", [], "en"),
        ("", ["fre"], "fr"),
        ("A trial", ["no such language"], "en"),
    ],
)
def test_a_text_bears_its_language(text, declared, expected):
    assert text_language(text, declared) == expected
