"""A review that cannot be opened is not made."""

from __future__ import annotations

import pytest

import ranvier
from ranvier.errors import RuleError


@pytest.mark.parametrize(("id", "title"), [("a/../b", "T"), ("", "T"), ("-x", "T"), ("ok", " ")])
def test_a_review_without_a_sound_id_and_a_title_leaves_nothing_behind(tmp_path, id, title):
    with pytest.raises(RuleError):
        ranvier.new(tmp_path / "r", id=id, title=title, actor="person:a")
    assert not (tmp_path / "r").exists()
