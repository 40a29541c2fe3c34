"""The house stands as docs/architecture.md draws it."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HOUSE = ROOT / "src" / "ranvier"
MODULES = sorted(HOUSE.rglob("*.py"))
ROOMS = sorted(p.parent for p in HOUSE.glob("*/__init__.py"))


def test_the_import_contracts_hold():
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_contracts_are_exhaustive_and_know_no_circles():
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = pyproject["tool"]["importlinter"]["contracts"]
    assert any(c["type"] == "layers" and c["exhaustive"] for c in contracts)
    assert any(c["type"] == "acyclic_siblings" for c in contracts)
    assert not any(c.get("ignore_imports") for c in contracts)


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_room_says_what_it_is_for_and_is_not_empty(room):
    init = (room / "__init__.py").read_text("utf-8")
    assert init.startswith('"""')
    modules = [p for p in room.rglob("*.py") if p.name != "__init__.py"]
    assert sum(len(p.read_text("utf-8").splitlines()) for p in modules) > 50


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_room_has_tests(room):
    assert list((ROOT / "tests" / room.name).glob("**/test_*.py"))


#: A whole book written out by hand, one part after the other: longer, but nothing to look through.
WRITTEN_OUT = {"tests/reporting/book_by_hand.py"}


def test_a_module_is_one_idea():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in [*MODULES, *(ROOT / "tests").rglob("*.py")]
        if (lines := len(path.read_text("utf-8").splitlines())) > 600
    }
    assert long.keys() <= WRITTEN_OUT


def test_no_module_is_named_after_nothing():
    empty = re.compile(r"(^|_)(utils?|helpers?|common|misc|managers?)(_|$)")
    assert not [p for p in (*MODULES, *ROOMS) if empty.search(p.stem)]


def test_only_bootstrap_names_the_storage_adapters():
    naming = [
        str(path.relative_to(HOUSE))
        for path in MODULES
        if "storage" not in path.relative_to(HOUSE).parts
        and re.search(r"^\s*(from|import) ranvier(\.| import )storage", path.read_text(), re.M)
    ]
    assert naming == ["bootstrap.py"]


@pytest.mark.parametrize("name", ["requirements.lock"])
def test_a_lock_file_pins_by_hash_and_names_no_host(name):
    lock = (ROOT / name).read_text("utf-8")
    assert "://" not in lock
    assert not re.search(r"pypi|pythonhosted|index-url|find-links", lock)
    pins = re.findall(r"^[a-zA-Z0-9_.\[\]-]+==\S+", lock, re.M)
    assert len(pins) > 20
    assert lock.count("--hash=sha256:") >= len(pins)


def test_every_dependency_is_pinned_but_those_of_spark():
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = pyproject["project"]["optional-dependencies"]
    wanted = [
        *pyproject["project"]["dependencies"],
        *(want for name, wants in extras.items() if name != "spark" for want in wants),
        *pyproject["dependency-groups"]["dev"],
        *pyproject["build-system"]["requires"],
    ]
    lock = (ROOT / "requirements.lock").read_text("utf-8").lower()
    pinned = {re.sub(r"[-_.]+", "-", n) for n in re.findall(r"^([a-z0-9_.-]+)", lock, re.M)}
    names = [re.split(r"[\[>=<~! ]", want)[0].lower() for want in wanted]
    assert not [n for n in names if re.sub(r"[-_.]+", "-", n) not in pinned]
    # Several hundred MB that no one needs to work on Ranvier.
    assert not pinned & {re.split(r"[>=]", want)[0] for want in extras["spark"]}


def test_starting_up_loads_no_numerics_and_no_database():
    code = (
        "import sys, ranvier.cli; "
        "print([m for m in ('scipy', 'numpy', 'sqlalchemy', 'jinja2', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
