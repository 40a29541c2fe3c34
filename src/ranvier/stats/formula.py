"""Moderators in R's notation: ``~ ablat + factor(alloc)`` and a table of columns give a design.

formulaic multiplies the terms out; it never sees what the user wrote but for the
operators, because it would run any Python in it. Names, calls and levels are read here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranvier.errors import InputError
from ranvier.stats.arrays import Matrix, Vector

__all__ = ["Columns", "Design", "HasColumns", "Moderators", "design", "independent"]


@runtime_checkable
class HasColumns(Protocol):
    """A data frame of any make."""

    @property
    def columns(self) -> Any:
        """The names of the columns."""
        ...

    def __getitem__(self, name: str, /) -> Any:
        """Return one column."""
        ...


Columns = Mapping[str, Any] | HasColumns


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """What :func:`design` made of a formula.

    Attributes
    ----------
    X : Matrix, shape (k, p)
        With the intercept, if the formula has one; rows where a variable is missing are nan.
    names : tuple of str
        Of the columns, as R writes them; the intercept is ``intrcpt``, as in metafor.
    intercept : bool
        Whether the first column is the intercept.
    """

    X: Matrix
    names: tuple[str, ...]
    intercept: bool


#: A formula, columns of numbers, or a design that is made already.
Moderators = ArrayLike | str | Design

#: Functions of one column that a formula may call, beside factor, relevel and poly.
FUNCTIONS: Mapping[str, Callable[[Vector], Vector]] = {
    "I": lambda x: x,
    "as.numeric": lambda x: x,
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "log1p": np.log1p,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "scale": lambda x: (x - np.nanmean(x)) / np.nanstd(x, ddof=1),
    "center": lambda x: x - np.nanmean(x),
}
FACTOR = frozenset({"factor", "as.factor", "C"})
OPERATORS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
}
TOKEN = re.compile(
    r"\s*(?:(?P<quoted>`[^`]+`)|(?P<text>'[^']*'|\"[^\"]*\")|(?P<name>[^\W\d][\w.]*|\.[\w.]+)"
    r"|(?P<number>\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)|(?P<op>\*\*|%in%|[-+*/:^(),=]))"
)
#: Variables that are only added, or none: the usual formula.
PLAIN = re.compile(r"1|v\d+( \+ v\d+)*")
#: Columns closer to their predecessors than this share of their length are redundant, as in lm().
REDUNDANT = 1e-7


def design(formula: str, data: Columns) -> Design:
    """Build the columns of a model from a formula in R's notation.

    Parameters
    ----------
    formula : str
        ``~`` and terms joined by ``+``, ``-``, ``*``, ``:``, ``/``, ``^``; ``- 1`` or ``0 +``
        leaves out the intercept. A column of text or of truth values is a factor; ``factor(x)``
        makes one of numbers. ``I(x^2)``, ``poly(x, 2)``, ``log(x)``, ``relevel(x, ref = "b")``
        and arithmetic inside ``I()`` are understood.
    data : mapping of str to column, or a data frame of any make
        The variables.

    Returns
    -------
    Design
        Treatment coding; the first level of a factor, by number or by alphabet, is the reference.

    Raises
    ------
    InputError
        If a variable is not a column, or the formula cannot be read.

    Notes
    -----
    Letters of either case sort together (as in R with an English locale, not with ``C``). A factor
    of an interaction without which the term is not in the model (``~ a:b``) has a column for every
    level, as in R; those that follow from others are left out when the model is fitted.

    References
    ----------
    Wilkinson GN, Rogers CE (1973). Symbolic description of factorial models for analysis of
    variance. Applied Statistics 22:392-399. doi:10.2307/2346786

    Examples
    --------
    >>> made = design("~ dose * arm", {"dose": [1, 2, 3], "arm": ["b", "a", "b"]})
    >>> made.names
    ('intrcpt', 'dose', 'armb', 'dose:armb')
    >>> made.X[:, 3].tolist()
    [1.0, 0.0, 3.0]
    """
    right = formula.strip()
    if "~" in right:
        left, right = right.split("~", 1)
        if left.strip():
            raise InputError(
                f"{formula!r} has something before the ~.", remedy="Give effects as yi, not in it."
            )
    reader = _Reader(formula=formula, tokens=_tokens(formula, right), data=data)
    text = reader.read()
    return reader.expand(text)


def independent(X: Matrix) -> NDArray[np.bool_]:
    """Say which columns do not follow from the columns before them.

    Examples
    --------
    >>> independent(np.array([[1, 1, 2, 0], [1, 2, 3, 0], [1, 3, 4, 1]])).tolist()
    [True, True, False, True]
    """
    kept = np.zeros(X.shape[1], dtype=np.bool_)
    basis = np.zeros((X.shape[0], 0))
    for j in range(X.shape[1]):
        column = np.asarray(X[:, j], dtype=np.float64)
        largest = float(np.abs(column).max(initial=0.0))
        # Units such as 1e200 must not overflow when squared.
        column = column / largest if largest > 0 else column
        rest = column - basis @ (basis.T @ column)
        rest = rest - basis @ (basis.T @ rest)
        length = float(np.linalg.norm(rest))
        if length > REDUNDANT * float(np.linalg.norm(column)):
            kept[j] = True
            basis = np.column_stack([basis, rest / length])
    return kept


def _tokens(formula: str, right: str) -> list[tuple[str, str]]:
    """Part the text into (kind, text)."""
    found: list[tuple[str, str]] = []
    at = 0
    right = right.rstrip()
    while at < len(right):
        match = TOKEN.match(right, at)
        if match is None:
            raise InputError(
                f"The formula {formula!r} cannot be read from {right[at:].strip()!r} on.",
                remedy="Use names of columns, + - * : / ^ and calls such as factor(x), I(x^2).",
            )
        kind = match.lastgroup or ""
        found.append((kind, match[kind]))
        at = match.end()
    return found


def _levels(values: Iterable[Any]) -> list[Any]:
    """Sort levels: numbers by size, text by alphabet, small letters before capitals."""
    unique = set(values)
    if any(isinstance(x, str) for x in unique):
        return sorted((str(x) for x in unique), key=lambda s: (s.casefold(), s.swapcase()))
    return sorted(unique)


def _said(level: Any) -> str:
    """Write a level as R does."""
    if isinstance(level, (bool, np.bool_)):
        return str(bool(level)).upper()
    return level if isinstance(level, str) else f"{float(level):.15g}"


def _missing(x: Any) -> bool:
    return x is None or x != x  # nan, and the like of other makers


@dataclass(slots=True)
class _Factor:
    """One variable or call of the formula: its name in R and its values."""

    label: str
    levels: list[str] | None  # of a factor
    values: Any  # numbers (k,) or (k, m), or codes of levels
    missing: NDArray[np.bool_]


class _Reader:
    """Replaces each variable and call of a formula by a name of our own."""

    def __init__(self, *, formula: str, tokens: list[tuple[str, str]], data: Columns) -> None:
        self.formula, self.tokens, self.data = formula, tokens, data
        self.names = [str(name) for name in (data.columns if _is_frame(data) else data)]  # type: ignore[union-attr]
        self.factors: dict[str, _Factor] = {}
        self.at = 0

    def wrong(self, why: str, remedy: str) -> InputError:
        return InputError(f"The formula {self.formula!r}: {why}.", remedy=remedy)

    def read(self) -> str:
        """Return the formula with placeholders for its variables."""
        parts: list[str] = []
        while self.at < len(self.tokens):
            kind, text = self.tokens[self.at]
            if kind in ("name", "quoted"):
                parts.append(self.placeholder(self.factor()))
                continue
            if kind == "text" or text in (",", "="):
                raise self.wrong(f"{text} is out of place", "Look at the brackets and commas.")
            self.at += 1
            parts.append("**" if text == "^" else text)
        return " ".join(parts) or "1"

    def placeholder(self, factor: _Factor) -> str:
        for name, known in self.factors.items():
            if known.label == factor.label:
                return name
        name = f"v{len(self.factors)}"
        self.factors[name] = factor
        if np.ndim(factor.values) == 2:
            parts = [f"{name}_{j}" for j in range(factor.values.shape[1])]
            for j, part in enumerate(parts):
                self.factors[part] = _Factor(
                    f"{factor.label}{j + 1}", None, factor.values[:, j], factor.missing
                )
            del self.factors[name]
            return f"({' + '.join(parts)})"
        return name

    def factor(self) -> _Factor:
        """Read one variable or call, and what it is worth."""
        start = self.at
        called = self.tokens[start + 1][1] == "(" if start + 1 < len(self.tokens) else False
        if not called or self.tokens[start][0] == "quoted":
            self.at += 1
            return self.variable(self.tokens[start][1].strip("`"))
        depth = 0
        for end in range(start + 1, len(self.tokens)):
            depth += {"(": 1, ")": -1}.get(self.tokens[end][1], 0)
            if depth == 0:
                break
        else:
            raise self.wrong("a bracket is not closed", "Close it.")
        self.at = end + 1
        return self.call(self.tokens[start][1], self.tokens[start + 2 : end])

    def column(self, name: str) -> list[Any]:
        if name not in self.names:
            raise self.wrong(
                f"there is no column {name!r}",
                f"The columns are: {', '.join(self.names) or 'none'}; give them as data=.",
            )
        values = np.asarray(self.data[name], dtype=object).ravel()
        return [x.item() if isinstance(x, np.generic) else x for x in values]

    def variable(self, name: str) -> _Factor:
        values = self.column(name)
        if any(isinstance(x, (str, bool)) for x in values):
            return self.categorical(name, values)
        missing = np.array([_missing(x) for x in values], dtype=np.bool_)
        try:
            numbers = np.array([np.nan if _missing(x) else float(x) for x in values])
        except (TypeError, ValueError) as error:
            raise self.wrong(
                f"column {name!r} is neither numbers nor text", f"Use factor({name})."
            ) from error
        return _Factor(name, None, numbers, missing)

    def categorical(self, label: str, values: Sequence[Any], first: str | None = None) -> _Factor:
        missing = np.array([_missing(x) for x in values], dtype=np.bool_)
        levels = _levels(x for x, gap in zip(values, missing, strict=True) if not gap)
        texts = [_said(x) for x in levels]
        if first is not None:
            if first not in texts:
                raise self.wrong(f"{first!r} is no level", f"The levels are: {', '.join(texts)}.")
            texts = [first, *(t for t in texts if t != first)]
        order = {text: i for i, text in enumerate(texts)}
        textual = any(isinstance(x, str) for x in levels)
        codes = [
            0 if gap else order[_said(str(x) if textual else x)]
            for x, gap in zip(values, missing, strict=True)
        ]
        return _Factor(label, texts, np.array(codes), missing)

    def call(self, name: str, inside: list[tuple[str, str]]) -> _Factor:
        label = f"{name}({_deparse(inside)})"
        if name in FACTOR and len(inside) == 1:
            return self.categorical(label, self.column(inside[0][1].strip("`")))
        if name == "relevel":
            return self.relevel(label, inside)
        if name == "poly":
            return self.polynomial(label, inside)
        values = np.broadcast_to(
            self.arithmetic([("name", name), ("op", "("), *inside, ("op", ")")]),
            (len(self.column(self.names[0])),),
        )
        return _Factor(label, None, np.array(values), np.isnan(values))

    def relevel(self, label: str, inside: list[tuple[str, str]]) -> _Factor:
        texts = [text for _, text in inside]
        names = [
            t for kind, t in inside if kind in ("name", "quoted") and t not in {"ref", *FACTOR}
        ]
        quoted = [t[1:-1] for kind, t in inside if kind in ("text",)]
        quoted += [t for kind, t in inside if kind == "number"]
        if len(names) != 1 or len(quoted) != 1 or "," not in texts:
            raise self.wrong(f"{label} is not understood", 'Write relevel(x, ref = "level").')
        return self.categorical(label, self.column(names[0].strip("`")), first=quoted[0])

    def polynomial(self, label: str, inside: list[tuple[str, str]]) -> _Factor:
        texts = [text for _, text in inside]
        raw = texts[-3:] in (["raw", "=", "TRUE"], ["raw", "=", "T"])
        core = texts[: -4 if "raw" in texts else len(texts)]
        if len(core) != 3 or not core[2].isdigit() or int(core[2]) < 1:
            raise self.wrong(f"{label} is not understood", "Write poly(x, 2), a name and a degree.")
        variable = self.variable(core[0].strip("`"))
        if variable.levels is not None:
            raise self.wrong(f"{core[0]!r} is not numbers", "Use factor() of it, without poly().")
        x, degree = np.asarray(variable.values, dtype=np.float64), int(core[2])
        powers = np.full((len(x), degree), np.nan)
        there = ~variable.missing
        if raw:
            powers[there] = x[there, None] ** np.arange(1, degree + 1)
        else:
            if len(np.unique(x[there])) <= degree:
                raise self.wrong(
                    f"{label} needs more than {degree} different values", "Lower the degree."
                )
            from formulaic.transforms import poly

            powers[there] = np.asarray(poly(x[there], degree=degree), dtype=np.float64)
        return _Factor(label, None, powers, variable.missing)

    def arithmetic(self, tokens: list[tuple[str, str]]) -> Vector:
        """Calculate a call or a sum of columns and numbers, and nothing else."""
        written: list[str] = []
        known: dict[str, str] = {}
        for kind, text in tokens:
            if kind in ("name", "quoted"):
                known[f"n{len(known)}"] = text.strip("`")
                written.append(f"n{len(known) - 1}")
            elif kind == "text" or text in ("=", ",", ":", "%in%"):
                raise self.wrong(f"{text} is not understood in a calculation", "Use + - * / ^.")
            else:
                written.append("**" if text == "^" else text)
        try:
            tree = ast.parse(" ".join(written), mode="eval").body
        except SyntaxError as error:
            raise self.wrong(
                "it has no meaning as a calculation", "Look at its brackets."
            ) from error
        with np.errstate(all="ignore"):
            return np.asarray(self.value(tree, known), dtype=np.float64)

    def value(self, node: ast.expr, known: Mapping[str, str]) -> Any:
        match node:
            case ast.Constant(value=int() | float() as number):
                return float(number)
            case ast.Name(id=name):
                variable = self.variable(known[name])
                if variable.levels is not None:
                    raise self.wrong(f"{known[name]!r} is not numbers", "Use factor() of it.")
                return variable.values
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                return OPERATORS[type(op)](self.value(left, known), self.value(right, known))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.value(operand, known)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.value(operand, known)
            case ast.Call(func=ast.Name(id=name), args=[argument]) if known[name] in FUNCTIONS:
                return FUNCTIONS[known[name]](self.value(argument, known))
            case ast.Call(func=ast.Name(id=name)):
                raise self.wrong(
                    f"the function {known[name]!r} is not known",
                    f"Known are: factor, relevel, poly, {', '.join(FUNCTIONS)}.",
                )
            case _:
                raise self.wrong("it has no meaning as a calculation", "Use + - * / ^ and names.")

    def expand(self, text: str) -> Design:
        """Multiply out the terms; code them, and name the columns, as R does."""
        k = len(self.column(self.names[0])) if self.names else 0
        lengths = {f.label: len(f.values) for f in self.factors.values()}
        if len({k, *lengths.values()}) > 1:
            said = ", ".join(f"{name} {n}" for name, n in lengths.items())
            raise InputError(f"Columns must have the same number of rows; they have: {said}.")
        terms = self.terms(text)
        intercept = ("1",) in terms
        terms = [term for term in terms if term != ("1",)]
        names = ["intrcpt"] if intercept else []
        columns = [np.ones(k)] if intercept else []
        for term, whole in zip(terms, _coding(terms, self.factors, intercept), strict=True):
            made = [("", np.ones(k))]
            for name in term:
                own = self.coded(self.factors[name], whole=name in whole)
                made = [
                    (f"{before}:{label}" if before else label, product * values)
                    for label, values in own
                    for before, product in made
                ]
            names += [name for name, _ in made]
            columns += [values for _, values in made]
        X = np.column_stack(columns) if columns else np.empty((k, 0))
        missing = np.zeros(k, dtype=np.bool_)
        for factor in self.factors.values():
            missing |= factor.missing
        X[missing] = np.nan
        return Design(X=X, names=tuple(names), intercept=intercept)

    def terms(self, text: str) -> list[tuple[str, ...]]:
        """Let formulaic multiply out the terms, but for variables that are only added."""
        if PLAIN.fullmatch(text):
            return [("1",), *((name,) for name in dict.fromkeys(text.split(" + ")) if name != "1")]
        from formulaic import Formula
        from formulaic.errors import FormulaicError

        unread = self.wrong(
            "its terms cannot be read", "Join terms by + and *; see the page on formulas."
        )
        try:
            read = cast("Iterable[Any]", Formula.from_spec(text))
            terms = [tuple(str(factor.expr) for factor in term.factors) for term in read]
        except (FormulaicError, SyntaxError, ValueError, TypeError, AttributeError) as error:
            raise unread from error
        if any(name != "1" and name not in self.factors for term in terms for name in term):
            raise unread
        return terms

    @staticmethod
    def coded(factor: _Factor, *, whole: bool) -> list[tuple[str, Vector]]:
        """Name and give the columns of one variable; ``whole``: of the first level, too."""
        if factor.levels is None:
            return [(factor.label, np.where(factor.missing, 0.0, factor.values))]
        return [
            (f"{factor.label}{level}", (factor.values == code).astype(np.float64))
            for code, level in enumerate(factor.levels)
            if whole or code > 0
        ]


def _coding(
    terms: list[tuple[str, ...]], factors: Mapping[str, _Factor], intercept: bool
) -> list[set[str]]:
    """Say, for each term, which of its factors are coded with a column for every level.

    R's rule: those without which the term is not in the model; and without an intercept, the first
    factor of all.
    """
    there = {frozenset(term) for term in terms} | {frozenset[str]()}
    whole = [
        {
            name
            for name in term
            if factors[name].levels is not None and frozenset(term) - {name} not in there
        }
        for term in terms
    ]
    if not intercept:
        for term, own in zip(terms, whole, strict=True):
            first = next((name for name in term if factors[name].levels is not None), None)
            if first is not None:
                own.add(first)
                break
    return whole


def _is_frame(data: Columns) -> bool:
    return not isinstance(data, Mapping)


def _deparse(tokens: Sequence[tuple[str, str]]) -> str:
    """Write tokens as R writes them back."""
    parts: list[str] = []
    for i, (_, text) in enumerate(tokens):
        sign = i == 0 or tokens[i - 1][1] in ("(", ",", "+", "-", "*", "/", "^", "=")
        if text == ",":
            parts.append(", ")
        elif text == "=" or (text in ("+", "-", "*") and not sign):
            parts.append(f" {text} ")
        else:
            parts.append(text.replace("'", '"') if text.startswith("'") else text)
    return "".join(parts)
