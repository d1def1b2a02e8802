"""Wald's test of linear combinations of the coefficients, and which of them a term or a variable has.

    W = (R theta - q)^T (R V R^T)^-1 (R theta - q)

chi2 with k = rank R degrees of freedom; where a scale is estimated W / k against F(k, n - p). Of means of arms whose
variances differ the test of Welch and James, V = diag(s_j^2 / n_j):

    W / c ~ F(k, k (k + 2) / (3 A)),   c = k + 2 A - 6 A / (k + 2)
    A = sum_j (tr(Q_j)^2 + tr(Q_j^2)) / (2 (n_j - 1)),   Q_j = V R^T (R V R^T)^-1 R in the column of arm j

Source: Wooldridge, Econometric Analysis of Cross Section and Panel Data (2010), 12.6; Welch, Biometrika 38 (1951),
330-336; Johansen, Biometrika 67 (1980), 85-92.

Hypotheses R theta = q are read from text, names or matrices, and nothing is evaluated: of the tokens of a text names
of coefficients, which may look like anything, are tried before numbers and symbols.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from stattools.data.design.design import TermSpaces
from stattools.data.formula.expression import in_backticks
from stattools.data.tables.columns import listing
from stattools.data.tables.table import paired
from stattools.errors import DomainError, IdentificationError, quoted
from stattools.inference.estimates import Estimates
from stattools.inference.hypotheses.result import TestResult
from stattools.interface.arguments import as_numbers, by_column, labelled
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.models.questions import AnyModel
from stattools.models.survival.cox import ProportionalHazards
from stattools.numerics.columns import picked, picking
from stattools.numerics.low_rank import among
from stattools.numerics.sums import power_of_two
from stattools.solvers.metric import Metric
from stattools.text.columns import number

NUMBER = re.compile(r"(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?+(?![\w.])")

QUOTED = re.compile(r"`((?:[^`]|``)*)`")

SYMBOL = re.compile(r"==|[-+*/=,()]")

WORD = re.compile(r"[^\s=<>,+*/()]+(?:\([^)]*\)\S*|:\s*[^\s=<>,+*/()]+)?")

ORDER = re.compile(r"[<>!]=?|[≤≥≠]")


class Token(NamedTuple):
    """`kind` is "name" (value: its index), "number" (value: itself) or the symbol; text[start:stop] was read."""

    kind: str
    value: Any
    start: int
    stop: int


def tokens(text: str, names: Sequence[str]) -> Iterator[Token]:
    """Names before numbers before symbols, the longest name that fits; DomainError where nothing does."""
    known = {name: index for index, name in enumerate(names)}
    position, end = 0, len(text.rstrip())
    while position < end:
        if text[position].isspace():
            position += 1
            continue
        quoted = QUOTED.match(text, position)
        name = None if quoted else _name_at(text, position, known)
        if quoted:
            inside = quoted[1].replace("``", "`")
            if inside not in known:
                raise _unknown(inside, names)
            yield Token("name", known[inside], position, quoted.end())
            position = quoted.end()
        elif name is not None:
            if _is_arithmetic(name, known):
                raise DomainError(
                    f"{name!r} in the hypothesis {text!r} is the name of a coefficient and could also be read as "
                    f"arithmetic. Write {in_backticks(name)} for the coefficient"
                    + (f", {float(name)!r} for the number." if NUMBER.fullmatch(name) else ", or add spaces.")
                )
            yield Token("name", known[name], position, position + len(name))
            position += len(name)
        elif found := NUMBER.match(text, position):
            yield Token("number", float(found[0]), position, found.end())
            position = found.end()
        elif found := SYMBOL.match(text, position):
            yield Token(found[0][:1], None, position, found.end())
            position = found.end()
        elif ORDER.match(text, position):
            rest = re.sub(f"{QUOTED.pattern}|{ORDER.pattern}", lambda at: at[0] if at[1] else "=", text[position:])
            raise DomainError(
                f"the hypothesis {text!r} is not an equation, and tests are two-sided. Write "
                f"{text[:position] + rest!r}: the one-sided p-value is half of its p_value if the estimate lies "
                "on the side that you expect, and otherwise 1 minus that half."
            )
        else:
            found = WORD.match(text, position)
            raise _unknown(found[0] if found else text[position : position + 20], names)


def _name_at(text: str, position: int, known: dict[str, int]) -> str | None:
    """The longest name at this position that does not end inside a word; none that starts with a symbol or has
    backticks.
    """
    best = None
    for name in known if not SYMBOL.match(text, position) else ():
        if name and "`" not in name and text.startswith(name, position) and (best is None or len(name) > len(best)):
            after = text[position + len(name) : position + len(name) + 1]
            if not (_is_word(name[-1]) and _is_word(after)):
                best = name
    return best


def _is_word(character: str) -> bool:
    return character.isalnum() or character in ("_", ".")


def _is_arithmetic(name: str, known: dict[str, int]) -> bool:
    """Whether the name could be read as numbers, operators and other coefficients."""
    if not (NUMBER.match(name) or any(symbol in name for symbol in "-+*/=,()")):
        return False
    others = {other: index for other, index in known.items() if other != name}
    position = 0
    while position < len(name):
        other = _name_at(name, position, others)
        found = NUMBER.match(name, position) or SYMBOL.match(name, position)
        if other is None and found is None and not name[position].isspace():
            return False
        position = position + len(other) if other else found.end() if found else position + 1
    return True


def _unknown(word: str, names: Sequence[str]) -> DomainError:
    levels = [name for name in names if name.startswith(f"{word}[") and ":" not in name]
    if len(levels) > 1:
        return DomainError(
            f"no coefficient is called {word!r}: it is a factor, which has {len(levels)}, {listing(levels)}. "
            f"fit.test({word!r}) tests all of them at once."
        )
    close = difflib.get_close_matches(word, names, n=3)
    close = close or [name for name in names if name.endswith(f": {word}")][:3]
    meant = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    shown = ", ".join(map(repr, names[:20]))
    hint = " Write products with *." if re.match(r"\d", word) and not close else ""
    return DomainError(f"no coefficient is called {word!r}.{meant}{hint} The coefficients are {shown}{more}.")


class Hypotheses(NamedTuple):
    """R theta = q, with R (k, p) of full row rank, q (k,), and each row as text; R may be of `picking`."""

    R: Any
    q: Floats
    labels: tuple[str, ...]


def parse(text: str, names: Sequence[str]) -> Hypotheses:
    """Linear hypotheses such as "x1 = x2, 2*x3 + x4 = 1" about the coefficients `names`, as R theta = q.

    Equations stand between commas; "a = b = 0" is two; without "=" the combination is compared with 0. Numbers, + - * /
    and parentheses combine coefficients. A coefficient is written as it is printed; between backticks where its name
    could also be read as arithmetic (a backtick inside is doubled). The longest name that fits is meant. Nothing is
    evaluated. Raises DomainError for unknown names, products of coefficients, and hypotheses that repeat or contradict
    each other.

    >>> R, q, labels = parse("x1 = x2, 2*x2 = 1", ["x1", "x2"])
    >>> R.tolist(), q.tolist(), labels
    ([[1.0, -1.0], [0.0, 2.0]], [0.0, 1.0], ('x1 = x2', '2*x2 = 1'))
    """
    if not isinstance(text, str) or not text.strip():
        raise DomainError(f'a hypothesis is a text such as "x1 = x2, x3 = 0"; got {quoted(text)}.')
    reader = _Reader(text, list(tokens(text, names)), tuple(names))
    rows: list[Floats] = []
    labels: list[str] = []
    try:
        for left, right, label in reader.equations():
            rows.append(left - right)
            labels.append(label)
    except RecursionError:
        raise DomainError("the hypothesis has parentheses or signs nested too deeply to read. Simplify it.") from None
    both = np.array(rows)
    return checked(both[:, :-1], 0.0 - both[:, -1], labels)


def checked(R: Floats, q: Floats, labels: Sequence[str]) -> Hypotheses:
    """The hypotheses, if none says nothing, repeats or contradicts the others; DomainError with its text otherwise."""
    rows, columns = np.nonzero(R)
    if len(rows) == len(R) == len(np.unique(rows)) == len(np.unique(columns)):  # of one coefficient each: none follows
        return Hypotheses(R, q, tuple(labels))
    basis = np.zeros((0, R.shape[1]))
    values = np.zeros(0)  # of the basis vectors, by the hypotheses before
    for row, value, label in zip(R, q, labels, strict=True):
        size = np.abs(row).max(initial=0.0)
        if size == 0:
            raise DomainError(f"the hypothesis {label!r} says nothing about the coefficients. Leave it out.")
        row, value = row / size, value / size
        along = basis @ row
        rest, known = row - along @ basis, value - along @ values
        rest, known = rest - (basis @ rest) @ basis, known - (basis @ rest) @ values
        length = np.linalg.norm(rest)
        if length <= 1e-9:
            if abs(known) > 1e-9 * max(1.0, abs(value)):
                raise DomainError(f"the hypothesis {label!r} contradicts those before it. Leave one of them out.")
            raise DomainError(f"the hypothesis {label!r} follows from those before it. Leave it out.")
        basis, values = np.vstack([basis, rest / length]), np.append(values, known / length)
    return Hypotheses(R, q, tuple(labels))


def hypotheses(what: Any, names: Sequence[str], model: AnyModel | None = None) -> Hypotheses:
    """Hypotheses from text, a list of names or texts, a matrix R (R theta = 0), or a pair (R, q); a term of the `model`
    stands for its coefficients.

    >>> hypotheses(["x2"], ["x1", "x2"]).labels
    ('x2 = 0',)
    """
    if isinstance(what, str):
        if model is None or not (columns := coefficients_of(model, what)):
            return parse(what, names)
        what, model = [model.names[k] for k in columns], None  # which are names already
    if isinstance(what, list | tuple) and what and all(isinstance(part, str) for part in what):
        if model is not None:
            each = [[model.names[k] for k in coefficients_of(model, part)] or [part] for part in what]
            what = [name for some in each for name in some]
        places = {name: k for k, name in enumerate(names)}
        if len(set(what)) == len(what) and places.keys() >= set(what):  # each is a coefficient, and none follows
            R = picking([places[part] for part in what], len(names))
            return Hypotheses(R, np.zeros(len(what)), tuple(f"{part} = 0" for part in what))
        parts = [parse(in_backticks(part) if part in names else part, names) for part in what]
        labels = [
            label.replace(in_backticks(text), text) if text in names else label
            for text, part in zip(what, parts, strict=True)
            for label in part.labels
        ]
        return checked(np.vstack([part.R for part in parts]), np.concatenate([part.q for part in parts]), labels)
    if (found := picked(what)) is not None:
        labels = [_in_words(np.array([size]), 0.0, names[k : k + 1]) for k, size in zip(*found, strict=True)]
        return Hypotheses(what, np.zeros(len(what)), tuple(labels))
    q: Any = 0.0
    if isinstance(what, tuple) and len(what) == 2 and (np.ndim(what[0]) == 2 or np.ndim(what[1]) == 0):
        what, q = what
    labelled("the coefficients", names, ("R", by_column(what)))
    paired(("R", what), ("q", q))
    try:
        R = np.atleast_2d(as_numbers(what, "R needs numbers"))
        q = np.broadcast_to(as_numbers(q, "q needs numbers"), len(R)).copy()
    except ValueError:  # DomainError is one
        R = q = np.empty((0, 0))
    if R.ndim != 2 or R.shape[1] != len(names) or not len(R) or not (np.isfinite(R).all() and np.isfinite(q).all()):
        raise DomainError(
            f'a hypothesis is a text such as "x1 = x2, x3 = 0", a list of coefficients, a matrix R of finite numbers '
            f"with {len(names)} columns, or a pair (R, q) with one q per row of R; got {quoted(what)}."
        )
    return checked(R, q, [_in_words(row, value, names) for row, value in zip(R, q, strict=True)])


def _in_words(row: Floats, value: float, names: Sequence[str]) -> str:
    shown = ""
    for k in np.flatnonzero(row).tolist():
        sign = "- " if row[k] < 0 else "+ " if shown else ""
        shown += f" {sign}{'' if abs(row[k]) == 1 else f'{abs(row[k]):.6g}*'}{names[k]}"
    return f"{shown.strip() or '0'} = {value:.6g}"


@dataclass
class _Reader:
    """Equations from tokens by recursive descent; a value is the vector (coefficients, constant)."""

    text: str
    tokens: list[Token]
    names: tuple[str, ...]
    at: int = 0

    def equations(self) -> Iterator[tuple[Floats, Floats, str]]:
        while True:
            sides = [self._side()]
            while self._take("="):
                sides.append(self._side())
            if len(sides) == 1:
                sides.append((np.zeros(len(self.names) + 1), "0"))
            for (left, a), (right, b) in pairwise(sides):
                yield left, right, f"{a} = {b}"
            if self.at == len(self.tokens):
                return
            if not self._take(","):
                raise self._error("expected '=' or ','")

    def _side(self) -> tuple[Floats, str]:
        first = self.at
        value = self._sum()
        return value, " ".join(self.text[self.tokens[first].start : self.tokens[self.at - 1].stop].split())

    def _sum(self) -> Floats:
        value = self._product()
        while sign := self._take("+", "-"):
            term = self._product()
            value = value + term if sign == "+" else value - term
        return value

    def _product(self) -> Floats:
        value = self._factor()
        while operator := self._take("*", "/"):
            other = self._factor()
            if operator == "/":
                if other[:-1].any():
                    raise self._error("division by a coefficient is not linear;")
                if other[-1] == 0:
                    raise self._error("division by 0;")
                value = value / other[-1]
            elif value[:-1].any() and other[:-1].any():
                raise self._error("a product of coefficients is not linear;")
            else:
                value = value * other[-1] if value[:-1].any() else other * value[-1]
        return value

    def _factor(self) -> Floats:
        if sign := self._take("+", "-"):
            return self._factor() if sign == "+" else -self._factor()
        if self._take("("):
            value = self._sum()
            if not self._take(")"):
                raise self._error("expected ')'")
            return value
        value = np.zeros(len(self.names) + 1)
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        if token is None or token.kind not in ("name", "number"):
            raise self._error("expected a coefficient or a number")
        self.at += 1
        if token.kind == "name":
            value[token.value] = 1.0
        else:
            value[-1] = token.value
        return value

    def _take(self, *kinds: str) -> str | None:
        if self.at < len(self.tokens) and self.tokens[self.at].kind in kinds:
            self.at += 1
            return self.tokens[self.at - 1].kind
        return None

    def _error(self, what: str) -> DomainError:
        place = "at its end" if self.at >= len(self.tokens) else f"at {quoted(self.text[self.tokens[self.at].start :])}"
        form = "Hypotheses are linear equations between commas" if "linear" in what else "An example"
        return DomainError(
            f'cannot read the hypothesis {self.text!r}: {what.rstrip(";")}, {place}. {form}: "x1 = x2, 2*x3 + x4 = 1".'
        )


@dataclass(frozen=True, eq=False)
class TermsOfParameter:
    """The terms of one formula, and for each linear predictor that it makes the number of the coefficient of each of
    its columns, -1 where the predictor has none, as of a constant that thresholds are.
    """

    label: str
    spaces: TermSpaces
    places: tuple[NDArray[np.intp], ...]
    size: int

    @property
    def names(self) -> tuple[str, ...]:
        """What the terms are called in a table."""
        return tuple(f"{self.label}: {term.text}" if self.label else term.text for term in self.spaces.terms)

    def columns(self, k: int) -> list[int]:
        """The numbers of all coefficients of a term."""
        columns = list(self.spaces.columns[k])
        return [place for places in self.places for place in places[columns].tolist() if place >= 0]

    def lifted(self, R: Any) -> Any:
        """The hypotheses about the columns of one linear predictor as those about all coefficients, in each of them."""
        if (found := picked(R)) is not None:
            columns = np.concatenate([places[found[0]] for places in self.places])
            return picking(columns[columns >= 0], self.size)
        whole = np.zeros((len(self.places), len(R), self.size))
        for k, places in enumerate(self.places):
            there = places >= 0
            whole[k][:, places[there]] = R[:, there]
        found = whole.reshape(-1, self.size)
        return found[found.any(axis=1)]


def terms_of(model: AnyModel) -> tuple[TermsOfParameter, ...]:
    """The terms of every formula of a regression, and of Cox's; none of what is no regression. Columns with an effect
    at each cut are terms of the first formula.
    """
    if isinstance(model, ProportionalHazards):
        design, names = model.design, model.names
        places = np.array([names.index(name) if name in names else -1 for name in design.names], dtype=np.intp)
        return (TermsOfParameter("", TermSpaces(design.parsed, design.names, design.levels), (places,), len(names)),)
    if not isinstance(model, Model):
        return ()
    design, predictor, likelihood = model.design, model.predictor, model.likelihood
    uses = design.uses or (tuple(range(len(design.names))),)
    made: dict[str, list[int]] = {"": list(range(predictor.n_first))}
    for at, parameter in enumerate(list(likelihood.parameters)[1:], predictor.n_first):
        name = likelihood.facts.formulas.get(parameter, parameter)
        made.setdefault("" if name != parameter else name, []).append(at)
    found = []
    formulas = zip(["", *design.beside], [design.parsed, *design.beside.values()], uses, strict=True)
    for name, formula, use in formulas:
        if name and name not in made:  # the effects at cuts, which are terms of the first formula
            continue
        spaces = TermSpaces(formula, tuple(design.names[k] for k in use), design.levels)
        places = []
        for at in made[name]:
            own, first_of = predictor.uses[at], predictor.parts[at].start
            numbers = dict(zip(range(predictor.columns) if own is None else own, count(first_of), strict=False))
            places.append(np.array([numbers.get(column, -1) for column in use], dtype=np.intp))
        found.append(TermsOfParameter(model.called(name) if name else "", spaces, tuple(places), predictor.size))
    return tuple(found)


def coefficients_of(model: AnyModel, text: object) -> list[int]:
    """The numbers of the coefficients of the term that a text names; none where it names no term, or a coefficient.

    >>> import stattools as st
    >>> data = {"y": [1.0, 3.0, 5.0, 8.0, 9.0], "g": ["a", "b", "c", "a", "b"]}
    >>> coefficients_of(st.ols("y ~ C(g)", data), "C(g)"), coefficients_of(st.ols("y ~ C(g)", data), "C(g)[T.b] = 1")
    ([1, 2], [])
    """
    if not isinstance(text, str) or text in model.names:
        return []
    wanted = text.replace(" ", "")
    last = wanted.split(":")[-1]  # is there any such term? Found out quickly
    for of in terms_of(model) if any(last in name.replace(" ", "") for name in model.names) else ():
        for k, name in enumerate(of.names):
            if name.replace(" ", "") == wanted:
                return of.columns(k)
    return []


FARTHEST = 1e150
"""Standard errors between an estimate and a hypothesis, at most: their square is finite."""


def involved_in(R: Floats) -> tuple[NDArray[np.intp], Any]:
    """The numbers of the coefficients that hypotheses speak of, and R among these."""
    if (found := picked(R)) is not None:
        return found[0], picking(np.arange(len(R)), len(R), found[1])
    if (np.count_nonzero(R, axis=1) == 1).all() and len(np.unique(column := np.argmax(R != 0, axis=1))) == len(R):
        return column, picking(np.arange(len(R)), len(R), R[np.arange(len(R)), column])
    columns = np.flatnonzero((R != 0).any(axis=0))
    return columns, R[:, columns]


def spread_of(R: Floats, V: Floats) -> Floats:
    """R V R^T; without products where each hypothesis is of one coefficient, of which a factor has many."""
    found = picked(R)
    return R @ np.asarray(V) @ R.T if found is None else among(V, *found)


def metric_of(fit: Estimates, spread: object, what: str) -> Metric:
    """The metric of a covariance of combinations of coefficients; IdentificationError where it is singular to round-off
    for them, which are `what`.
    """
    metric = Metric.where_definite(spread)
    if metric is None or metric.rcond < 1e-14:
        raise IdentificationError(
            f"the covariance ({fit.cov}) does not determine {what}: it is singular for them, as with fewer groups than "
            "hypotheses. Test fewer at a time."
        )
    return metric


def wald(fit: Estimates, hypothesis: object, *, df: float | None = None) -> TestResult:
    """Wald's test of linear hypotheses about the coefficients of a fit, by its own covariance.

    `hypothesis` is a text for `parse`, a term (its coefficients are 0), a list of such texts, a matrix R (R theta = 0),
    or a pair (R, q). `df` are the degrees of freedom of F's denominator, infinite for chi2; by default n - p for
    `st.ols`, infinite otherwise, and Hotelling's of clusters of kind "CR2" and "CR3". Raises DomainError for hypotheses
    that cannot be read or repeat each other, IdentificationError where the covariance does not determine the
    combinations. Equal to statsmodels' `f_test` and `wald_test`.

    >>> import stattools as st
    >>> f = st.fit(st.ols([1.0, 3.0, 5.0, 8.0], [0, 1, 2, 3]))
    >>> test = wald(f, "x1 = 2")
    >>> round(test.statistic, 6), test.df, test.df_residual
    (3.0, 1, 2.0)
    """
    whole, q, labels = hypotheses(hypothesis, fit.names, fit.model)
    for k, name in enumerate(fit.model.variances if fit.model.facts.has_states else ()):
        rows = np.asarray(whole)[q == 0]
        if ((rows[:, k] != 0) & (np.count_nonzero(rows, axis=1) == 1)).any():
            raise IdentificationError(
                f"{name} = 0 is the edge of its range, where Wald's test does not hold. See "
                f'fit.interval(kind="profile"), or compare with the model without it by AIC (st.compare).'
            )
    involved, R = involved_in(whole)
    theta, V = fit.estimate[involved], among(fit.covariance, involved)
    unknown = ~(np.isfinite(theta) & np.isfinite(V.diagonal()))
    if unknown.any():
        name = fit.names[involved[np.argmax(unknown)]]
        raise IdentificationError(
            f"Wald's test needs finite estimates with a variance, and {name!r} has none. Test the others, or compare "
            "models by likelihood ratio or score."
        )
    with np.errstate(over="ignore"):  # told below
        reach = np.abs(R) @ np.sqrt(V.diagonal())
    if not ((reach == 0) | ((reach > 1e-290) & (reach < 1e290))).all():
        raise DomainError(
            "Wald's test: a combination of the coefficients has a standard error beyond float64. Change the units of "
            "the hypothesis: multiply both of its sides by the same power of ten."
        )
    unit = 1.0 / power_of_two(reach)  # a hypothesis may have any units: near its standard error squares are in float64
    R = R * unit[:, None]
    with np.errstate(over="ignore"):  # told below
        difference = R @ theta - q * unit
    spread = spread_of(R, V)
    se = np.sqrt(np.maximum(spread.diagonal(), 0.0))
    metric = metric_of(fit, spread, f"the {len(labels)} combinations {', '.join(labels)}")
    distance = metric.norm(difference) if np.isfinite(difference).all() else 1e308
    if not distance < FARTHEST:
        raise DomainError(
            f"Wald's test: {', '.join(labels)} is {distance:.1g} standard errors from the estimate, whose square "
            "is beyond float64. Look at the units of the hypothesis."
        )
    statistic, difference, se = distance**2, difference / unit, se / unit
    means = fit.model.spread_of_means if fit.model.facts.has_arms and "sd" in fit.model.parameters else None
    if means is not None and not whole[:, len(means[0]) :].any():
        return welch_james(difference, whole[:, : len(means[0])], means[0], means[1], labels, fit.level)
    k, few = len(labels), fit.degrees if df is None else None  # those that few clusters, or few groups, leave
    F = statistic / k
    if few is not None:
        F, df = few.several(whole, statistic)
    elif df is None:
        df = fit.df if fit.model.facts.is_regression and fit.model.has_scale else np.inf
    p_value = float(special.fdtrc(k, df, F) if np.isfinite(df) else special.chdtrc(k, k * F))
    statistic, law = (F, "F") if few is not None or np.isfinite(df) else (statistic, "chi2")
    return TestResult("Wald", statistic, k, p_value, labels, law, float(df), fit.cov, difference=difference, se=se)


def welch_james(
    difference: Floats, R: Floats, variance: Floats, df: Floats, labels: tuple[str, ...], level: float
) -> TestResult:
    """The test of R m = q, `difference` = R m - q (k,), for means with these variances and their degrees of freedom.

    >>> found = welch_james(np.array([1.0]), np.array([[1.0, -1.0]]), np.array([0.2, 0.1]), np.array([9.0, 4.0]),
    ...                     ("a = b",), 0.95)
    >>> round(found.statistic, 4), round(found.df_residual, 4)
    (3.3333, 12.96)
    """
    k = len(R)
    spread = (R * variance) @ R.T
    inner = np.linalg.solve(spread, R)
    statistic = float(difference @ np.linalg.solve(spread, difference))
    share = variance * np.einsum("kj,kj->j", R, inner)  # the diagonal of V R^T (R V R^T)^-1 R: Q_j has rank 1
    A = float((share * share / df).sum())
    F = statistic / (k + 2.0 * A - 6.0 * A / (k + 2.0))
    residual = k * (k + 2.0) / (3.0 * A)
    se = np.sqrt(np.diagonal(spread))
    note = "Each arm has its own variance, the unbiased one (Welch)."
    if k == 1:
        half = -float(special.stdtrit(residual, 0.5 * (1.0 - level))) * float(se[0])
        ends = f"{number(float(difference[0]) - half)} to {number(float(difference[0]) + half)}"
        note += f" The {level:.4g} interval of the difference is {ends}."
    p_value = float(special.fdtrc(k, residual, F))
    return TestResult("Welch", F, k, p_value, labels, "F", residual, "each arm its own", note, difference, se)


@dataclass(frozen=True)
class Unit:
    """A term: its name, its variables, its `coefficients` in all linear predictors of the first parameter, and its
    `columns` of X. `is_part` of another, or made of a column as it is (`is_plain`).
    """

    name: str
    variables: frozenset[str]
    coefficients: tuple[int, ...]
    columns: tuple[int, ...]
    is_part: bool
    is_plain: bool


def units_of(model: Model) -> tuple[Unit, ...]:
    """The terms of the first parameter, but for the intercept. A larger term may contain one that is made of names,
    `C(g)`, or products of these.

    >>> import stattools as st
    >>> data = {"y": [1.0, 3.0, 5.0, 8.0, 9.0, 4.0], "x": [0, 1, 2, 5, 4, 3], "g": ["a", "b", "c", "a", "b", "a"]}
    >>> [(unit.name, unit.is_part) for unit in units_of(st.ols("y ~ x + I(x**2) + g", data))]
    [('x', True), ('I(x ** 2)', False), ('g', False)]
    """
    found = terms_of(model)
    if not found:
        return ()
    of, formula = found[0], model.design.parsed
    columns = range(len(model.names)) if model.facts.is_partial else model.predictor.column
    told = [(frozenset([name]), True) for name in of.names]
    if formula is not None:
        terms = [term for term in formula.terms if term]
        plain = (all(factor.category is not None for factor in term) for term in terms)
        names = (frozenset(name for factor in term for name in factor.columns) for term in terms)
        told = list(zip(names, plain, strict=True))
    made = []
    for k, (name, (variables, plain)) in enumerate(zip(of.names, told, strict=True)):
        own = of.columns(k)
        is_part = plain and any(j != k and variables <= other for j, (other, _) in enumerate(told))
        places = tuple(sorted({int(columns[j]) for j in own}))
        made.append(Unit(name, variables, tuple(own), places, is_part, plain and variables == {name}))
    return tuple(made)
