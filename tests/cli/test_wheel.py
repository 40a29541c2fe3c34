"""The wheel holds all that `ranvier demo` needs: nothing is read from a clone."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def pip(*args: object) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *args]
    done = subprocess.run([str(a) for a in command], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    pip("wheel", "--quiet", "--no-build-isolation", "--no-deps", "-w", out, ROOT)
    [built] = out.glob("ranvier-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """A virtual environment of its own that lends its dependencies from ours."""
    folder = tmp_path_factory.mktemp("env")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    pip("--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel)
    [site] = folder.glob("lib/python*/site-packages")
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin" / "ranvier"


@pytest.mark.xdist_group("wheel")
def test_an_installed_wheel_runs_the_demo(installed, tmp_path):
    done = subprocess.run([installed, "demo"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "build/mmn/index.html\n"), done.stderr
    assert (tmp_path / "build" / "mmn" / "index.html").stat().st_size > 100_000


@pytest.mark.xdist_group("wheel")
def test_the_wheel_holds_the_typed_mark_the_licence_and_the_review(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "ranvier/shipped/mmn/snapshot.json" in names
    assert "ranvier/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "docs/"))]
