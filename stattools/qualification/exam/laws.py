"""A law: what a change of the data does to a right fit, or data to which a right fit is no number.

All laws of the exam: recodings, data without a maximum, known digits, influence.

Laws of influence: Cook's distances are what a step of Newton without the row does, leverages are those of the rows.

`b` of an answer are the Cook's distances of all rows and then their leverages. Both are asked of least squares and of
canonical links, where packages mean the same by them. The numbers were made by solving each step by itself, which the
tests do again.

Source: Cook, Technometrics 19 (1977), 15-18; Pregibon, Annals of Statistics 9 (1981), 705-724.

Problems: by model the lines that make the data of the exam, X (n, 3) and what else the model has.

Laws of data without a right number: a package has to refuse, or to say so.

A likelihood that rises for ever along a direction (separation, monotone likelihood), that is unbounded (a variance that
goes to 0), or that does not change along one (aliased columns) has no single maximum.

Laws of recodings: the same data, written otherwise, have the same fit, written otherwise.

Each is a theorem for the models that it lists, and not for the others. The order of rows is none of series, whose time
may be turned round; duplicated rows say nothing of groups, of a penalty, of ties by Efron, and of a scale that is
estimated with n - p; the complement is none of links without symmetry; a ridge knows the unit of a column.

Laws of known digits: closed forms, data whose digits were published, and the higher of two maxima.

Longley's digits are those of NIST; Dobson's counts, Gehan's times and the yields of dyestuff have closed forms or
were computed again in the tests. The two likelihoods with two maxima were searched on a grid.

Source: Longley, J. Am. Stat. Assoc. 62 (1967), 819-841; Dobson, An Introduction to Generalized Linear Models (1990),
93; Gehan, Biometrika 52 (1965), 203-223; Davies & Goldsmith, Statistical Methods in Research and Production (1972).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from stattools.interface.arrays import Floats

Answer = tuple[Floats, Floats]
"""Coefficients and standard errors, as the adapter gives them."""

type Asks = Literal["same", "no number"]

EVENTS = ("logistic", "probit", "cloglog", "cauchit")

COUNTS = ("poisson", "negative binomial")

ALONE = (*EVENTS, *COUNTS, "linear", "gamma", "softmax", "ordinal", "Cox", "Weibull")
"""Models of rows that know nothing of each other, without a penalty."""

WITH = ("poisson with an offset", "logistic with weights", "poisson with weights")

WEIGHTED = ("linear with weights", "logistic with weights", "poisson with weights")
"""Models whose rows stand for several, as often as their weights say."""

GROUPS = ("mixed", "mixed with slopes", "mixed logistic")

SERIES = ("local level", "autoregression")

PENALIZED = "ridge"


@dataclass(frozen=True)
class Law:
    """A law: `change` are lines of Python after those of the problem; `expect(model, b, se)` are the coefficients and
    standard errors that follow from those before, NaN where nothing follows. A law that asks for "no number" is kept by
    a package that refuses, warns, or has no finite coefficient for what has none. `models` are those for which it is a
    theorem. Where it is of predictions, b are the fitted means of the rows; where the change comes `afterwards`, it is
    made between the fit and them. The lines of a law that stands `alone` make all its data.
    """

    name: str
    words: str
    models: tuple[str, ...]
    change: str
    expect: Callable[[str, Floats, Floats], Answer] | None = None
    predictions: bool = False
    alone: bool = False
    afterwards: bool = False

    @property
    def asks(self) -> Asks:
        """What a right package answers."""
        return "no number" if self.expect is None else "same"

    def lines(self, model: str) -> str:
        """The change for a model: `{rows}` are all its arrays in the order `i`, `{units}` its outcome in others."""
        names = ["X", *OUTCOMES.get(model, ("y",)), *OTHERS.get(model, ())]
        rows = f"{', '.join(names)} = {', '.join(f'{name}[i]' for name in names)}"
        outcome = OUTCOMES.get(model, ("y",))[0]
        return self.change.replace("{rows}", rows).replace("{outcome}", outcome)


OUTCOMES = {"Cox": ("time", "event"), "Weibull": ("time", "event")}
"""The arrays of an outcome, where it is not y."""

OTHERS = {
    "poisson with an offset": ("o",),
    **dict.fromkeys((*WEIGHTED, *(f"log-likelihood, {model}" for model in WEIGHTED)), ("w",)),
    **dict.fromkeys(GROUPS, ("g",)),
}
"""What else a model has for each row."""

ROWS = """import numpy as np; rng = np.random.default_rng(7); n = 240
X = rng.normal(size=(n, 3)); X[:, 1] = rng.integers(0, 2, n)
eta = 0.3 + X @ [0.8, -0.5, 0.2]"""

PROBLEM_GROUPS = """import numpy as np; rng = np.random.default_rng(7); n = 240; g = np.repeat(np.arange(24), 10)
X = rng.normal(size=(n, 1)); u = rng.multivariate_normal([0, 0], [[1, 0.3], [0.3, 0.5]], 24)
eta = 0.3 + 0.8 * X[:, 0] + u[g, 0]"""

TIMES = f"""{ROWS}
T, C = rng.exponential(np.exp(-eta)), rng.uniform(0.2, 4, n)
event, time = (T <= C).astype(int), np.minimum(T, C)"""

PROBLEMS: dict[str, str] = {
    "linear": f"{ROWS}\ny = eta + rng.normal(size=n)",
    "logistic": f"{ROWS}\ny = rng.binomial(1, 1 / (1 + np.exp(-eta)))",
    "probit": f"{ROWS}\ny = (eta + rng.normal(size=n) > 0).astype(int)",
    "cloglog": f"{ROWS}\ny = rng.binomial(1, 1 - np.exp(-np.exp(eta - 0.5)))",
    "cauchit": f"{ROWS}\ny = rng.binomial(1, 0.5 + np.arctan(eta) / np.pi)",
    "ridge": f"{ROWS}\ny = rng.binomial(1, 1 / (1 + np.exp(-eta)))",
    "poisson": f"{ROWS}\ny = rng.poisson(np.exp(eta))",
    "poisson with an offset": f"{ROWS}\no = rng.normal(size=n) / 2\ny = rng.poisson(np.exp(eta + o))",
    "linear with weights": f"{ROWS}\ny = eta + rng.normal(size=n)\nw = rng.integers(1, 4, n)",
    "logistic with weights": f"{ROWS}\ny, w = rng.binomial(1, 1 / (1 + np.exp(-eta))), rng.integers(1, 4, n)",
    "poisson with weights": f"{ROWS}\ny = rng.poisson(np.exp(eta))\nw = rng.integers(1, 4, n)",
    "gamma": f"{ROWS}\ny = rng.gamma(2.0, np.exp(eta) / 2)",
    "negative binomial": f"{ROWS}\ny = rng.poisson(np.exp(eta) * rng.gamma(2.0, 0.5, n))",
    "softmax": f"{ROWS}\ny = np.argmax(np.column_stack([0 * eta, eta, -eta]) + rng.gumbel(size=(n, 3)), axis=1)",
    "ordinal": f"{ROWS}\ny = np.digitize(eta + rng.logistic(size=n), [-0.5, 1.0])",
    "Cox": TIMES,
    "Weibull": TIMES,
    "mixed": f"{PROBLEM_GROUPS}\ny = eta + rng.normal(size=n)",
    "mixed with slopes": f"{PROBLEM_GROUPS}\ny = eta + u[g, 1] * X[:, 0] + rng.normal(size=n)",
    "mixed logistic": f"{PROBLEM_GROUPS}\ny = rng.binomial(1, 1 / (1 + np.exp(-eta)))",
    "local level": f"{ROWS}\ny = eta + rng.normal(size=n) + np.cumsum(rng.normal(size=n)) / 2",
    "autoregression": f"{ROWS}\nfrom scipy.signal import lfilter\n"
    "y = eta + lfilter([1], [1, -0.6], rng.normal(size=n))",
}

PROBLEMS |= {f"influence, {model}": PROBLEMS[model] for model in ("linear", "logistic", "poisson")}

PROBLEMS |= {f"log-likelihood, {model}": PROBLEMS[model] for model in WEIGHTED}
"""`b` of an answer are the intercept, where there is one, and the slopes of the columns of X; of a softmax regression a
row of them for each category but the first; of an ordinal one, Cox's and Weibull's (of log time) the slopes come first;
of an influence the Cook's distances and the leverages of all rows; of a log-likelihood this number alone.
"""

SLOPES_FIRST = ("ordinal", "Cox", "local level")
"""Models whose answer has the slopes alone."""

NO_MAXIMUM: tuple[Law, ...] = (
    Law("aliased columns", "a column that is the sum of two; a ridge chooses among them", (*ALONE, *WITH, *SERIES),
        "X[:, 2] = X[:, 0] + X[:, 1]"),
    Law("a constant column", "beside an intercept, a baseline hazard or a level; a ridge takes it for 0",
        (*ALONE, *WITH, *GROUPS, *SERIES), "X[:, -1] = 1"),
    Law("separation", "a column that tells the outcomes apart", (*EVENTS, "logistic with weights"),
        "y = (X[:, 0] > 0.1).astype(int)"),
    Law("a level without failures", "all rows of a level have the event", (*EVENTS, "logistic with weights"),
        "y[X[:, 1] == 1] = 1"),
    Law("a level without events", "all counts of a level are 0",
        (*COUNTS, "poisson with an offset", "poisson with weights"), "y[X[:, 1] == 1] = 0"),
    Law("monotone likelihood", "no event in a level", ("Cox", "Weibull"), "event[X[:, 1] == 1] = 0"),
    Law("monotone in order", "who has more of a column has the event earlier, in each pair", ("Cox",),
        "time, event = np.argsort(np.argsort(-X[:, 0])) + 1.0, event**0"),
    Law("a category that is certain", "a level has one category", ("softmax", "ordinal"), "y[X[:, 1] == 1] = 2"),
    Law("pure groups", "each group has one outcome", ("mixed logistic",), "y = (g % 2 == 0).astype(int)"),
    Law("one row for each group", "as many groups as rows", ("mixed",), "g = np.arange(n)"),
    Law("unbounded: times without spread", "times that columns tell exactly: a scale of 0", ("Weibull",),
        "time, event = np.exp(X @ [0.8, -0.5, 0.2]), event**0"),
    Law("unbounded: groups without spread", "outcomes that groups tell exactly: a residual variance of 0",
        ("mixed", "mixed with slopes"), "y = 1.0 * (g % 5)"),
)  # fmt: skip

type Expected = Callable[[str, Floats, Floats], Answer]

COLUMNS = (*ALONE, *WITH, *SERIES)
"""Models with the three columns of the exam, whose space may be spanned by others."""


def slopes_of(model: str) -> slice:
    """Where the slopes are in the last axis of an answer."""
    return slice(0, None) if model in SLOPES_FIRST else slice(1, None)


def _scaled(by: Sequence[float]) -> Expected:
    def expect(model: str, b: Floats, se: Floats) -> Answer:
        b, se, at = np.array(b), np.array(se), slopes_of(model)
        factors = np.asarray(by)[: b[..., at].shape[-1]]
        b[..., at], se[..., at] = b[..., at] / factors, se[..., at] / np.abs(factors)
        return b, se

    return expect


def _slopes_alone(model: str, b: Floats, se: Floats) -> Answer:
    b, se, at = np.array(b), np.array(se), slopes_of(model)
    rest = np.ones(b.shape, dtype=bool)
    rest[..., at] = False
    return np.where(rest, np.nan, b), np.where(rest, np.nan, se)


def same(model: str, b: Floats, se: Floats) -> Answer:
    """The answer as it is, of a change that moves nothing."""
    return b, se


def _turned(model: str, b: Floats, se: Floats) -> Answer:
    return -np.asarray(b), se


def _other_level(model: str, b: Floats, se: Floats) -> Answer:
    b, se = _slopes_alone(model, b, se)
    place = slopes_of(model).start + 1
    b[..., place] = -b[..., place]
    return b, se


def _other_reference(model: str, b: Floats, se: Floats) -> Answer:
    b, se = np.asarray(b), np.asarray(se)
    return np.stack([-b[0], b[1] - b[0]]), np.stack([se[0], np.full_like(se[1], np.nan)])


def _recombined(model: str, b: Floats, se: Floats) -> Answer:
    b, se, first = np.array(b), np.array(se), slopes_of(model).start
    b[..., first] = b[..., first] - b[..., first + 2]
    se[..., first] = np.nan
    return b, se


def scale(by: Sequence[float] = (1e4, 1.0, 1e-3)) -> Law:
    """Columns in other units."""
    change = f"X = X * {[float(one) for one in by]}[: X.shape[1]]"
    return Law("scale", "columns in other units", (*COLUMNS, *GROUPS), change, _scaled(by))


def origin(to: Sequence[float] = (2000.0, 0.0, -50.0)) -> Law:
    """Columns from another origin: an intercept that is not penalized takes it up."""
    change = f"X = X + {[float(one) for one in to]}[: X.shape[1]]"
    return Law("origin", "columns from another origin", (*COLUMNS, *GROUPS, PENALIZED), change, _slopes_alone)


def units(by: float = 1000.0) -> Law:
    """The outcome in other units: of a location all coefficients, of a logarithm the intercept alone."""
    of_location = ("linear", "mixed", "mixed with slopes", *SERIES)

    def expect(model: str, b: Floats, se: Floats) -> Answer:
        return (by * np.array(b), by * np.array(se)) if model in of_location else _slopes_alone(model, b, se)

    models = (*of_location, "gamma", "Weibull", "Cox")
    return Law(
        "units of the outcome", "the outcome in other units", models, f"{{outcome}} = {by!r} * {{outcome}}", expect
    )


def offset(share: float = 0.5) -> Law:
    """A part of a column in the offset."""

    def expect(model: str, b: Floats, se: Floats) -> Answer:
        b = np.array(b)
        b[1] -= share
        return b, se

    words = "a part of a column in the offset"
    return Law("offset", words, ("poisson with an offset",), f"o = o + {share!r} * X[:, 0]", expect)


COEFFICIENTS: tuple[Law, ...] = (
    scale(),
    origin(),
    Law("recombined columns", "a column added to another", COLUMNS, "X[:, 2] = X[:, 2] + X[:, 0]", _recombined),
    Law("reference level", "0 and 1 of a column exchanged", (*COLUMNS, PENALIZED), "X[:, 1] = 1 - X[:, 1]",
        _other_level),
    units(),
    Law("origin of the outcome", "the outcome from another origin", ("linear", "mixed", "mixed with slopes", *SERIES),
        "y = y + 500", _slopes_alone),
    Law("row order", "rows in another order", (*ALONE, *WITH, *GROUPS, PENALIZED), "i = rng.permutation(n); {rows}",
        same),
    Law("time reversed", "the last time first: a stationary series, or one whose start is not known, has the same",
        SERIES, "i = np.arange(n)[::-1]; {rows}", same),
    Law("duplicated rows", "every row twice", (*EVENTS, *COUNTS, "softmax", "ordinal", "Weibull"),
        "i = np.repeat(np.arange(n), 2); {rows}", lambda model, b, se: (b, se / np.sqrt(2.0))),
    Law("complement", "the last category first", ("logistic", "probit", "cauchit", "ordinal", PENALIZED),
        "y = y.max() - y", _turned),
    Law("reference category", "another category as reference", ("softmax",), "y = np.array([1, 0, 2])[y]",
        _other_reference),
    Law("names of groups", "groups under other names", GROUPS, "g = rng.permutation(24)[g]", same),
    offset(),
    Law("weights", "weights as repeated rows", (*WEIGHTED, *(f"log-likelihood, {model}" for model in WEIGHTED)),
        "i = np.repeat(np.arange(n), w); {rows}; w = np.ones(len(y))", same),
)  # fmt: skip

NO_MEANS = ("Cox", *SERIES)
"""Models whose predictions are relative, or depend on the values before."""

SAME_MEANS = ("scale", "origin", "recombined columns", "reference level")

PREDICTED = tuple(
    replace(law, name=f"predictions, {law.name}", models=tuple(one for one in law.models if one not in NO_MEANS),
            expect=same, predictions=True)
    for law in COEFFICIENTS
    if law.name in SAME_MEANS
)  # fmt: skip
"""Columns that span the same space give the same fitted means."""

AFTERWARDS = Law(
    "arrays changed afterwards", "the caller's arrays overwritten after the fit", PREDICTED[0].models,
    "kept = X.copy(); X[...] = 1; {outcome}[...] = 1; X = kept", same, predictions=True, afterwards=True,
)  # fmt: skip
"""What was fitted is what the arrays held then; who gives X again gives what it was."""

RECODINGS = (*COEFFICIENTS, *PREDICTED, AFTERWARDS)


def exactly(b: ArrayLike, se: ArrayLike | None = None) -> Expected:
    """An answer that is known, whatever the fit before was."""

    def expect(model: str, before: Floats, errors: Floats) -> Answer:
        return np.asarray(b), np.full(np.shape(b), np.nan) if se is None else np.asarray(se)

    return expect


LONGLEY = (
    "t = '''60323 61122 60171 61187 63221 63639 64989 63761 66019 67857 68169 66513 68655\n"
    "69564 69331 70551 83 88.5 88.2 89.5 96.2 98.1 99 100 101.2 104.6 108.4 110.8 112.6 114.2 115.7 116.9 234289\n"
    "259426 258054 284599 328975 346999 365385 363112 397469 419180 442769 444546 482704 502601 518173 554894 2356\n"
    "2325 3682 3351 2099 1932 1870 3578 2904 2822 2936 4681 3813 3931 4806 4007 1590 1456 1616 1650 3099 3594 3547\n"
    "3350 3048 2857 2798 2637 2552 2514 2572 2827 107608 108632 109773 110929 112075 113270 115094 116219 117388\n"
    "118734 120445 121950 123366 125368 127852 130081'''; t = np.array(t.split(), float).reshape(6, 16)\n"
    "X, y = np.vstack([t[1:], np.arange(1947, 1963)]).T, t[0]"
)

GEHAN = (
    "time = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35, 1, 1, 2, 2, 3, 4, 4, 5, 5]\n"
    "time = np.array([*time, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23.0])\n"
    "X = np.repeat([[0.0], [1.0]], 21, axis=0)\n"
    "event = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1] + [0] * 5 + [1] * 21)"
)

SPECTOR = (
    "gpa = '2.66 2.89 3.28 2.92 4 2.86 2.76 2.87 3.03 3.92 2.63 3.32 3.57 3.26 3.53 2.74 2.75 2.83 3.12 3.16 2.06'\n"
    "gpa += ' 3.62 2.89 3.51 3.54 2.83 3.39 2.67 3.65 4 3.1 2.39'\n"
    "tuce = '20 22 24 12 21 17 17 21 25 29 20 23 23 25 26 19 25 19 23 25 22 28 14 26 24 27 17 24 21 23 21 19'\n"
    "X = np.array([gpa.split(), tuce.split(), [0] * 18 + [1] * 14], float).T\n"
    "y = np.array(list('00001000010001000001010011101101'), int)"
)

DYESTUFF = (
    "y = [1545, 1440, 1440, 1520, 1580, 1540, 1555, 1490, 1560, 1495, 1595, 1550, 1605, 1510, 1560, 1445, 1440, 1595]\n"
    "y = np.array([*y, 1465, 1545, 1595, 1630, 1515, 1635, 1625, 1520, 1455, 1450, 1480, 1445.0])\n"
    "g, X = np.repeat(np.arange(6), 5), np.empty((30, 0))"
)

CLINICS = (
    "r = np.random.default_rng(10570); J = int(r.integers(4, 9)); m = r.integers(2, 7, J); m[0] = r.integers(12, 30)\n"
    "g = np.repeat(np.arange(J), m); n = len(g); x = np.round(r.normal(size=n) + r.normal(size=J)[g] * 4, 1)\n"
    "u = r.normal(size=J) * r.choice([0.5, 1, 2]); X = x[:, None]\n"
    "y = np.round(u[g] + 0.3 * x * r.choice([0, 1]) + r.normal(size=n), 1)"
)

OUTLIERS = (
    "X = np.array([0.7, 1.1, -9.3, -0.1, 14.3, 0.2, -0.7, 4.1, 1.1, 3.3])[:, None]\n"
    "y = np.array([1, 1, 1, 0, 1, 0, 0, 1, 1, 1])"
)

_DIGITS: tuple[Law, ...] = (
    Law("closed form of a table", "log odds and log odds ratio of a 2 x 2 table", ("logistic",),
        "m = [30, 20, 10, 40]; X = np.repeat([[0.0], [0.0], [1.0], [1.0]], m, axis=0); y = np.repeat([1, 0, 1, 0], m)",
        exactly([np.log(1.5), np.log(1 / 6)], [np.sqrt(1 / 30 + 1 / 20), np.sqrt(1 / 30 + 1 / 20 + 1 / 10 + 1 / 40)])),
    Law("closed form of rates", "log rates of two levels", ("poisson",),
        "X = np.repeat([[0.0], [1.0]], 5, axis=0); y = np.array([3, 5, 2, 4, 6, 9, 7, 8, 12, 4])",
        exactly([np.log(4.0), np.log(2.0)], [np.sqrt(1 / 20), np.sqrt(1 / 20 + 1 / 40)])),
    Law("certified polynomial", "degree 5, all coefficients 1; residuals (-1)^x C(20, x) are orthogonal to each power",
        ("linear",), "from math import comb; x = np.arange(21.0); X = np.column_stack([x, x**2, x**3, x**4, x**5])\n"
        "y = 1 + X.sum(axis=1) + np.array([(-1) ** k * comb(20, k) for k in range(21)])", exactly(np.ones(6))),
    Law("closed form of balanced groups", "the mean, and its error from the mean squares", ("mixed",),
        "g = np.repeat(np.arange(6), 5); e = np.tile([-2.0, -1, 0, 1, 2], 6); X = np.empty((30, 0))\n"
        "y = np.repeat([1.0, 5, 9, 2, 6, 13], 5) + e", exactly([6.0], [np.sqrt(100.0 / 30)])),
    Law("published: Longley", "employment, the digits of NIST", ("linear",), LONGLEY,
        exactly([-3482258.63459582, 15.0618722713733, -0.0358191792925910, -2.02022980381683, -1.03322686717359,
                 -0.0511041056535807, 1829.15146461355],
                [890420.383607373, 84.9149257747669, 0.0334910077722432, 0.488399681651699, 0.214274163161675,
                 0.226073200069370, 455.478499142212])),
    Law("published: Spector", "grades, Greene's logit", ("logistic",), SPECTOR,
        exactly([-13.02135, 2.82611, 0.09516, 2.37869], [4.93132, 1.26294, 0.14155, 1.06456])),
    Law("published: Dobson", "counts of a trial, in closed form", ("poisson",),
        "y = np.array([18, 17, 15, 20, 10, 20, 25, 13, 12]); k, j = np.tile([0, 1, 2], 3), np.repeat([0, 1, 2], 3)\n"
        "X = np.column_stack([k == 1, k == 2, j == 1, j == 2]).astype(float)",
        exactly([np.log(21.0), np.log(40 / 63), np.log(47 / 63), 0.0, 0.0],
                [0.1708987, 0.2021708, 0.1927423, 0.2, 0.2])),
    Law("published: Gehan", "remission of leukemia, ties by Efron", ("Cox",), GEHAN,
        exactly([1.57213], [0.41240])),
    Law("published: dyestuff", "yields of six batches, in closed form", ("mixed",), DYESTUFF,
        exactly([1527.5], [np.sqrt(11271.5 / 30)])),
    Law("two maxima of groups", "two restricted maxima: the higher one, or a word that there are two", ("mixed",),
        CLINICS, exactly([0.4251256, -0.3146396])),
    Law("two maxima of outliers", "two maxima of a cauchit link: the higher one, or a word that there are two",
        ("cauchit",), OUTLIERS, exactly([-1.5072947, 3.5002978])),
)  # fmt: skip

KNOWN_DIGITS = tuple(replace(law, alone=True) for law in _DIGITS)

INFLUENCE = ("influence, linear", "influence, logistic", "influence, poisson")
"""Models whose answer is the influence of the rows."""

DATA = "X = np.arange(8.0)[:, None]; y = np.array({})"

LEFT_OUT = (
    Law("rows left out of least squares", "Cook's distances by leaving out, and leverages", INFLUENCE[:1],
        DATA.format([1.0, 3, 2, 5, 4, 8, 6, 20]),
        exactly([0.12120046, 0.053511165, 0.011881115, 0.00011436764, 0.054103044, 0.009819103, 0.42554219, 1.9392074,
                 0.41666667, 0.27380952, 0.17857143, 0.13095238, 0.13095238, 0.17857143, 0.27380952, 0.41666667])),
    Law("rows left out of log odds", "Cook's distances by a step of Newton, and leverages", INFLUENCE[1:2],
        DATA.format([0, 0, 1, 0, 1, 1, 0, 1]),
        exactly([0.088448572, 0.093039511, 0.32346869, 0.092396397, 0.092396397, 0.08819038, 0.8116195, 0.088448572,
                 0.34533423, 0.28274215, 0.21053443, 0.16138919, 0.16138919, 0.21053443, 0.28274215, 0.34533423])),
    Law("rows left out of log rates", "Cook's distances by a step of Newton, and leverages", INFLUENCE[2:],
        DATA.format([1, 0, 3, 2, 6, 5, 9, 25]),
        exactly([0.04202283, 0.10750202, 0.21215303, 0.017874099, 0.085446281, 0.095593089, 0.22886802, 2.564725,
                 0.14085065, 0.16810336, 0.18796203, 0.19307838, 0.18084012, 0.17154768, 0.25525561, 0.70236216])),
)  # fmt: skip

OF_ROWS: tuple[Law, ...] = (
    *(replace(law, alone=True) for law in LEFT_OUT),
    *(
        replace(law, name=f"influence, {law.name}", models=INFLUENCE, expect=same)
        for law in COEFFICIENTS
        if law.name in SAME_MEANS
    ),
)
"""Columns that span the same space give each row the same influence."""

LAWS: tuple[Law, ...] = (*RECODINGS, *NO_MAXIMUM, *KNOWN_DIGITS, *OF_ROWS)
