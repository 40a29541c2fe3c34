"""Formulas in R's notation: the columns, names and order of R's model.matrix."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranvier.errors import InputError
from ranvier.stats import meta_regression
from ranvier.stats.formula import design, independent

TABLE = {
    "x": [0.5, 1.0, 2.0, 4.0, 3.0, 1.5],
    "z.a": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
    "g": ["b", "a", "c", "b", "a", "c"],
    "h": ["u", "u", "u", "v", "v", "v"],
    "n": [10, 9, 2, 10, 9, 2],
    "flag": [True, False, True, False, True, False],
}

#: colnames(model.matrix(formula, table)) of R 4.2.2.
R_NAMES = {
    "~ x + g": "intrcpt x gb gc",
    "~ g * h": "intrcpt gb gc hv gb:hv gc:hv",
    "~ 0 + g": "ga gb gc",
    "~ g * h - 1": "ga gb gc hv gb:hv gc:hv",
    "~ x:g": "intrcpt x:ga x:gb x:gc",
    "~ h/x": "intrcpt hv hu:x hv:x",
    "~ factor(n)": "intrcpt factor(n)9 factor(n)10",
    "~ flag": "intrcpt flagTRUE",
    "~ I(x^2) + log(z.a)": "intrcpt I(x^2) log(z.a)",
    "~ poly(z.a,2,raw=TRUE)": "intrcpt poly(z.a, 2, raw = TRUE)1 poly(z.a, 2, raw = TRUE)2",
    "~ g:h": "intrcpt ga:hu gb:hu gc:hu ga:hv gb:hv gc:hv",
    "~ g + g:h": "intrcpt gb gc ga:hv gb:hv gc:hv",
    "~ 0 + g:h": "ga:hu gb:hu gc:hu ga:hv gb:hv gc:hv",
    "~ 0 + g + h": "ga gb gc hv",
    "~ 0 + x + g": "x ga gb gc",
    "~ 0 + x:g": "x:ga x:gb x:gc",
    "~ (x + g + h)^2": "intrcpt x gb gc hv x:gb x:gc x:hv gb:hv gc:hv",
}


@pytest.mark.parametrize("formula", R_NAMES)
def test_columns_are_named_and_ordered_as_in_r(formula):
    assert " ".join(design(formula, TABLE).names) == R_NAMES[formula]


def test_a_calculation_gives_its_values():
    made = design("~ I(2 * x^2 - z.a / 2) - 1", TABLE)
    x, z = np.array(TABLE["x"]), np.array(TABLE["z.a"])
    np.testing.assert_allclose(made.X[:, 0], 2 * x**2 - z / 2)
    assert not made.intercept


def test_the_reference_level_can_be_chosen():
    made = design('~ relevel(factor(g), ref = "c")', TABLE)
    assert made.names[1:] == ('relevel(factor(g), ref = "c")a', 'relevel(factor(g), ref = "c")b')


def test_orthogonal_polynomials_are_orthonormal():
    X = design("~ poly(x, 3)", TABLE).X[:, 1:]
    np.testing.assert_allclose(X.T @ X, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(X.sum(axis=0), 0, atol=1e-12)


def test_a_row_with_a_missing_variable_is_nan():
    made = design("~ x * g", {"x": [1.0, None, 2.0], "g": ["a", "b", None]})
    assert np.isnan(made.X).all(axis=1).tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("~ weight", "no column 'weight'"),
        ("~ __import__('os').system('true')", "'os' is not understood"),
        ("~ open(x)", "'open' is not known"),
        ("~ I(x.__class__)", "no column 'x.__class__'"),
        ("~ I(g + 1)", "is not numbers"),
        ("~ poly(g, 2)", "is not numbers"),
        ("~ poly(n, 3)", "more than 3 different values"),
        ("~ factor(x", "a bracket is not closed"),
        ("~ x +", "cannot be read"),
        ("y ~ x", "before the ~"),
        ("~ relevel(g, ref = 'z')", "no level"),
    ],
)
def test_a_formula_that_cannot_be_read_says_why_and_what_to_do(formula, said):
    with pytest.raises(InputError, match=said) as caught:
        design(formula, TABLE)
    assert caught.value.remedy


def test_a_redundant_moderator_is_left_out_and_named():
    y, v = [0.1, 0.4, 0.3, 0.8, 0.2, 0.5], [0.02] * 6
    twice = meta_regression(y, v, mods="~ x + I(2 * x - 3) + g", data=TABLE)
    once = meta_regression(y, v, mods="~ x + g", data=TABLE)
    assert twice.names == once.names
    np.testing.assert_allclose(twice.beta, once.beta)
    assert "redundant, left out of mods: I(2 * x - 3)" in twice.notes[0]


@given(st.permutations(range(6)))
def test_the_order_of_rows_does_not_change_the_coding(order):
    shuffled = {name: [values[i] for i in order] for name, values in TABLE.items()}
    whole, other = design("~ g * x + h", TABLE), design("~ g * x + h", shuffled)
    assert whole.names == other.names
    np.testing.assert_array_equal(whole.X[list(order)], other.X)


# No subnormal factors: what they make is rounded to whole quanta, and no multiple any more.
@given(st.integers(0, 4), *[st.floats(-3, 3).filter(lambda x: x == 0 or abs(x) > 1e-6)] * 2)
def test_a_column_made_of_those_before_it_is_redundant(at, a, b):
    X = np.random.default_rng(1).normal(size=(8, 5))
    made = np.insert(X, at + 1, a * X[:, 0] + b * X[:, at], axis=1)
    assert independent(made).tolist() == [i != at + 1 for i in range(6)]


def test_a_data_frame_of_any_make_will_do():
    import pandas as pd

    frame = pd.DataFrame({name: values for name, values in TABLE.items() if name != "z.a"})
    np.testing.assert_array_equal(design("~ g * x", frame).X, design("~ g * x", TABLE).X)


def test_statistics_load_neither_formulaic_nor_pandas_until_a_formula_is_read():
    code = "import sys, ranvier.stats; print({'formulaic', 'pandas'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr
