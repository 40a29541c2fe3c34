"""`ranvier benchmark screening` from the outside."""

from __future__ import annotations

import csv
import json
import random

import pytest


@pytest.fixture
def folder(tmp_path):
    """A folder of two small sets and one that cannot be measured."""
    draw = random.Random(0)
    for name, relevant in (("easy", 12), ("other", 14), ("single", 1)):
        with (tmp_path / f"{name}.csv").open("w", newline="") as file:
            table = csv.writer(file)
            table.writerow(["id", "title", "abstract", "label_title_abstract", "label_included"])
            for i in range(60):
                topic = "nerve grip hand" if i < relevant else draw.choice(["heart", "sleep"])
                words = " ".join(draw.choices(["study", "patients", "weeks", "group"], k=5))
                table.writerow([f"{name}-{i}", f"{topic} {words}", "", "", int(i < relevant)])
    with (tmp_path / "index.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [["name", "review_title"], ["easy", "Hands"], ["other", ""], ["single", ""]]
        )
    return tmp_path


def test_the_benchmark_measures_each_set_and_their_mean(folder, run):
    found = json.loads(run("benchmark", "screening", str(folder), "--json").out)
    assert [s["name"] for s in found["sets"]] == ["easy", "other"]
    assert [s["name"] for s in found["skipped"]] == ["single"]
    for s in found["sets"]:
        assert {"wss95", "rrf10", "atd", "loss", "ndcg", "cpu_seconds"} <= s.keys()
        assert len(s["seeds"]) == 3
        assert s["loss"] == pytest.approx(sum(x["loss"] for x in s["seeds"]) / 3)
        assert s["loss"] < 0.05
    mean = sum(s["wss95"] for s in found["sets"]) / 2
    assert found["mean"]["wss95"] == pytest.approx(mean)


def test_the_table_says_what_was_not_measured(folder, run):
    done = run("benchmark", "screening", str(folder / "easy.csv"), str(folder / "single.csv"))
    assert done.code == 0
    assert "not measured: single" in done.out


def test_the_benchmark_fails_beyond_a_bound(folder, run):
    assert run("benchmark", "screening", str(folder), "--max-loss", "1").code == 0
    done = run("benchmark", "screening", str(folder), "--min-wss95", "0.95")
    assert done.code == 1
    assert "WSS@95" in done.err


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("id,title\n1,x\n", "label_included"),
        ("id,title,label_included\n1,x,1\n2,y,perhaps\n", "row 3"),
        ("id,title,label_included\n1,x,1\n2,y,0\n", "no set can be measured"),
    ],
)
def test_a_set_that_cannot_be_used_is_refused_with_its_row(tmp_path, run, table, says):
    file = tmp_path / "bad.csv"
    file.write_text(table)
    done = run("benchmark", "screening", str(file))
    assert done.code == 1
    assert says in done.err


def test_seeds_are_numbers(folder, run):
    assert run("benchmark", "screening", str(folder), "--seeds", "x").code == 2


def test_with_embeddings_the_table_tells_their_time_apart(folder, run, model, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    paths = [str(folder / "easy.csv"), str(folder / "other.csv")]
    found = json.loads(run("benchmark", "screening", *paths, "--embed", "--json").out)
    assert all(s["embedding_seconds"] > 0 for s in found["sets"])
    mean = sum(s["embedding_seconds"] for s in found["sets"]) / 2
    assert found["mean"]["embedding_seconds"] == pytest.approx(mean)
    assert "embedding s" in run("benchmark", "screening", *paths, "--embed").out
    plain = run("benchmark", "screening", *paths)
    assert "embedding s" not in plain.out
