"""Documentation under test: every command and error is documented, every example runs."""

from __future__ import annotations

import doctest
import inspect
import os
import re
import runpy
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

import click
import pytest

import ranvier
from ranvier import errors
from ranvier.api import OpenReview, Seat
from ranvier.api.records import Records
from ranvier.api.screening import Screening
from ranvier.api.team import Team
from ranvier.cli import cli

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMANDS = (ROOT / "docs" / "reference" / "cli.md").read_text("utf-8")
PYTHON = (ROOT / "docs" / "reference" / "python.md").read_text("utf-8")
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)


def with_blocks(language: str) -> list[Path]:
    return [page for page in PAGES if blocks(page, language)]


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_and_option_is_documented(name):
    section = re.search(rf"^## ranvier {name}\n(.*?)(?=^## )", COMMANDS, re.M | re.S)
    assert section, f"docs/reference/cli.md has no section on ranvier {name}"
    options = [o for p in cli.commands[name].params if isinstance(p, click.Option) for o in p.opts]
    assert not [option for option in options if option not in section[1]]


def test_no_command_is_documented_that_does_not_exist():
    assert set(re.findall(r"^## ranvier (\w+)$", COMMANDS, re.M)) == set(cli.commands)


@pytest.mark.parametrize("name", errors.__all__)
def test_every_error_is_documented(name):
    assert f"| `{name}` |" in COMMANDS
    assert inspect.getdoc(getattr(errors, name))
    assert name in (errors.__doc__ or "")


def test_every_public_function_and_method_is_documented():
    methods = [n for n in vars(OpenReview) if not n.startswith("_")]
    assert not [n for n in methods if f"`{n}`" not in PYTHON and f"`{n}(" not in PYTHON]
    for room in (Seat, Screening, Team, Records):
        held = [n for n in vars(room) if not n.startswith("_")]
        assert not [n for n in held if not re.search(rf"`{n}[`(]", PYTHON)], room
    functions = [n for n in ranvier.__all__ if inspect.isfunction(getattr(ranvier, n))]
    assert not [n for n in functions if f"`ranvier.{n}(" not in PYTHON]


def test_the_reference_of_the_statistics_is_current():
    script = ROOT / "docs" / "reference" / "write_stats.py"
    written = runpy.run_path(str(script))["page"]()
    kept = (script.parent / "stats.md").read_text("utf-8")
    assert kept == written, "run python docs/reference/write_stats.py"


@pytest.mark.parametrize("page", with_blocks("python"), ids=named)
def test_every_python_example_runs(page):
    examples = "\n".join(blocks(page, "python"))
    if ">>>" not in examples:
        compile(examples, str(page), "exec")
        return
    test = doctest.DocTestParser().get_doctest(examples, {}, named(page), str(page), 0)
    said: list[str] = []
    doctest.DocTestRunner(optionflags=FLAGS).run(test, out=said.append)
    assert not said, "".join(said)


def steps(block: str) -> list[tuple[str, str]]:
    """Part a console block into commands, each with what it should print."""
    parts = re.split(r"^\$ ", block, flags=re.M)[1:]
    found: list[tuple[str, str]] = []
    for part in parts:
        here = re.match(r"(.*<<'(\w+)'\n.*?^\2\n)(.*)", part, re.M | re.S)
        command, printed = (here[1], here[3]) if here else part.split("\n", 1)
        found.append((command, printed))
    return found


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A folder like a clone, with the commands on the path and the example restored."""
    folder = tmp_path_factory.mktemp("clone")
    (folder / "docs" / "images").mkdir(parents=True)
    (folder / "reviews").mkdir()
    (folder / "reviews" / "mmn").symlink_to(ranvier.shipped("mmn"))
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = os.environ | {"PATH": path, "COLUMNS": "200"}

    def shell(command: str) -> subprocess.CompletedProcess[str]:
        line = f"set -euo pipefail\n{command}"
        return subprocess.run(
            ["bash", "-c", line], cwd=folder, env=env, capture_output=True, text=True
        )

    assert shell("ranvier demo --to build").returncode == 0
    return shell


@pytest.mark.xdist_group("docs")
@pytest.mark.parametrize("page", with_blocks("console"), ids=named)
def test_every_console_example_prints_what_it_says(page, clone):
    for block in blocks(page, "console"):
        for command, printed in steps(block):
            done = clone(command)
            assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"
            same = doctest.OutputChecker().check_output(printed, done.stdout, FLAGS)
            assert same or not printed.strip(), f"$ {command}\n{done.stdout}"


def test_every_example_of_a_help_text_is_a_command_with_known_options():
    for name, command in cli.commands.items():
        help_text = command.help or ""
        for line in re.findall(r"^\s*ranvier (.*)$", help_text.split("Example:")[1], re.M):
            verb, *args = shlex.split(line)
            assert verb == name
            known = {opt for param in command.params for opt in param.opts}
            assert not [arg for arg in args if arg.startswith("--") and arg not in known]


def test_the_picture_of_the_readme_is_what_ranvier_draws():
    with ranvier.open(ranvier.shipped("mmn"), mode="read") as review:
        drawn = review.forest_plot("strength-published")
    kept = (ROOT / "docs" / "images" / "forest.svg").read_text("utf-8")
    assert kept == drawn, "draw it anew with the command in CONTRIBUTING.md"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere(page):
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.M | re.S)
    links = re.findall(r"\]\(([^)#\s]+)", text)
    near = [link for link in links if "://" not in link]
    assert not [link for link in near if not (page.parent / link).exists()]


def test_every_page_can_be_reached_from_the_index():
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop().resolve()
        if page in reached:
            continue
        reached.add(page)
        for link in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8")):
            target = page.parent / link
            waiting += sorted(target.glob("*.md")) if target.is_dir() else []
            waiting += [target] if target.suffix == ".md" and target.is_file() else []
    assert not [named(page) for page in PAGES if page.resolve() not in reached]


def test_the_readme_is_one_screen_and_gives_the_two_commands():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert len(readme.splitlines()) < 60
    assert "make review" in readme
    assert "make test" in readme
    assert "docs/images/forest.svg" in readme


def test_the_architecture_draws_every_room():
    drawn = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rooms = [p.parent.name for p in (ROOT / "src" / "ranvier").glob("*/__init__.py")]
    assert not [room for room in rooms if f"{room}/" not in drawn]
    paths = re.findall(r"`((?:src|tests|docs)/[\w./]+)`", drawn)
    assert not [path for path in paths if not (ROOT / path).exists()]


def test_the_tree_of_errors_is_drawn_as_it_is():
    drawn = textwrap.dedent(errors.__doc__ or "")
    for name in errors.__all__:
        parent = getattr(errors, name).__bases__[0].__name__
        if parent in errors.__all__:
            assert drawn.index(parent) < drawn.index(name)
