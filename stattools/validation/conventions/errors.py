"""Standard errors of another kind: robust ones, clusters, series, Pearson's dispersion.

What a dispersion is divided by or made from, and which information standard errors come from.

How the same estimates and standard errors are printed: no refit tells two of these apart, only arithmetic does.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from stattools.errors import StattoolsError
from stattools.inference.covariance import HAC, Cluster
from stattools.interface.when_needed import pd
from stattools.models.model import Model
from stattools.validation.conventions.state import ENDS, TESTS, Choice, State, Variant
from stattools.validation.moment_dispersion import has_moments
from stattools.validation.recipes.changes import reversed_outcome

KINDS = {
    "information": "the model's own, ordinary standard errors, neither robust nor clustered",
    "HC0": "standard errors of kind HC0 (White), without a correction",
    "HC1": "standard errors of kind HC1, HC0 times n / (n - p)",
    "robust": "robust standard errors as of Stata's vce(robust), HC0 times n / (n - 1)",
    "HC2": "standard errors of kind HC2",
    "HC3": "standard errors of kind HC3",
    "HC4": "standard errors of kind HC4",
    "quasi": "the model's own standard errors at Pearson's dispersion (quasi)",
}
"""Kinds of standard errors with a name, in words."""

CORRECTIONS: dict[tuple[Any, Any], str] = {
    ("CR1", "statsmodels"): "G / (G - 1) (n - 1) / (n - p)",
    ("CR1", "stata"): "G / (G - 1)",
    ("CR1", "none"): "no correction",
    ("CR2", "none"): "CR2",
    ("CR3", "none"): "CR3",
    ("CR3", "jackknife"): "jackknife",
}

PAIR_CORRECTIONS: dict[Any, str] = {
    "statsmodels": "each term with its own G",
    "stata": "all terms with the smaller G",
    "none": "no correction",
}

LAG_CORRECTIONS: dict[Any, str] = {"none": "no correction", "stata": "times n / (n - p)"}

FEWEST_GROUPS, MOST_GROUPS = 5, 100
"""CR2 and CR3 are tried for so many groups."""

MOST_LAGS, MOST_CLUSTERS, MOST_PAIRED = 12, 40, 4
"""More lags, more columns of labels and pairs of more of them are not tried."""


def _kinds(state: State) -> Iterator[Variant]:
    plain = np.inf if not state.model.has_scale else state.recipe.df
    for kind, words in KINDS.items():
        if kind != state.recipe.cov and not (kind == "robust" and state.model.has_scale):
            df = None if kind == "quasi" else plain
            yield Variant(
                words,
                partial(state.with_cov, kind, df),
                ("covariance",),
            )


def _clusters(state: State) -> Iterator[Variant]:
    codes = _labels(state)
    has_t = state.model.has_scale
    for name, code in codes.items():
        groups = int(code.max()) + 1
        df = groups - 1.0 if has_t else np.inf
        for (kind, correction), words in CORRECTIONS.items():
            if (kind, correction) == ("CR1", "stata") and has_t:  # the same as statsmodels'
                continue
            if kind != "CR1" and not FEWEST_GROUPS <= groups <= MOST_GROUPS:
                continue
            yield Variant(
                f"standard errors clustered by {name} ({groups} groups, {words})",
                partial(state.with_cov, Cluster(code, correction=correction, kind=kind), df),
                ("covariance",),
            )
    names = list(codes)[:MOST_PAIRED]
    for k, first in enumerate(names):
        for second in names[k + 1 :]:
            df = float(min(codes[first].max(), codes[second].max())) if has_t else np.inf
            for correction, words in PAIR_CORRECTIONS.items():
                yield Variant(
                    f"standard errors clustered by {first} and {second} ({words})",
                    partial(state.with_cov, Cluster(codes[first], codes[second], correction=correction), df),
                    ("covariance",),
                )


def _labels(state: State) -> dict[str, NDArray[np.intp]]:
    """The columns of labels of the whole table over the rows of the model, those with fewest groups first."""
    sheet = state.sheet
    if sheet is None or sheet.whole is None:
        return {}
    n, found = len(sheet.frame), {}
    for name in sheet.labels(n - 1):
        column = pd.Series(sheet.frame[name])
        if column.notna().all() and not (column.dtype.kind == "f" and sheet.values_of(name) > n // 2):
            found[name] = np.unique(column.astype("category").cat.codes, return_inverse=True)[1]
    return dict(sorted(found.items(), key=lambda one: one[1].max())[:MOST_CLUSTERS])


def _lags(state: State) -> Iterator[Variant]:
    n = len(state.sheet.frame) if state.sheet is not None else int(state.model.n)
    for lags in range(1, min(MOST_LAGS, n // 4) + 1):
        for correction, words in LAG_CORRECTIONS.items():
            yield Variant(
                f"Newey-West standard errors with {lags} lags ({words})",
                partial(state.with_cov, HAC(lags, correction=correction), state.recipe.df),
                ("covariance",),
            )


COVARIANCE = Choice(
    "kind of standard errors",
    "errors",
    "Say which kind the standard errors are, or print those that are named.",
    _kinds,
    of=("se", *TESTS),
)

CLUSTERS = Choice(
    "clusters",
    "errors",
    "Say by which column the standard errors are clustered, or print those of the model.",
    _clusters,
    of=("se", *TESTS),
)

LAGS = Choice(
    "lags",
    "errors",
    "Say how many lags the standard errors allow for, or print those of the model.",
    _lags,
    of=("se", *TESTS),
)

DIVISORS = {
    "n - p": "the residual variance RSS / (n - p)",
    "n": "the residual variance RSS / n, of maximum likelihood",
    "1": "a scale of 1",
}

INFORMATIONS = {
    "observed": "the observed information",
    "expected": "the expected information",
    "apart": "the observed information of each parameter as if the others were known",
    "expected apart": "the expected information of the coefficients as if the dispersion were known, as R's glm.nb",
}

COUNTED = ("negative_binomial",)
"""The kinds of models whose dispersion R holds when it makes standard errors of the coefficients."""

MOMENTS = {"X2": "Pearson's statistic over n - p", "deviance": "the deviance over n - p"}


def _divisors(state: State) -> Iterator[Variant]:
    if state.recipe.of_rows and state.model.has_scale:
        for divisor, words in DIVISORS.items():
            if divisor != state.recipe.divisor:
                make = partial(state.with_recipe, divisor=divisor)
                yield Variant(f"standard errors from {words}", make, ("dispersion",))


def _moments(state: State) -> Iterator[Variant]:
    if has_moments(state.model):
        sources = {"likelihood": "its own maximum", **MOMENTS}
        for source, words in sources.items():
            if source != state.recipe.dispersion:
                make = partial(state.with_recipe, dispersion=source)
                yield Variant(f"the dispersion from {words}", make, ("dispersion",))
        yield Variant("a dispersion of 1", partial(state.with_recipe, dispersion=1.0), ("dispersion",))


def _informations(state: State) -> Iterator[Variant]:
    if state.recipe.of_rows and not state.model.has_scale:
        for kind, words in INFORMATIONS.items():
            if kind != state.recipe.information and _differs(kind, state.model):
                make = partial(state.with_recipe, information=kind)
                yield Variant(f"standard errors from {words}", make, ("information",))


def _differs(kind: str, model: Model) -> bool:
    """Whether a kind of information may be another one than those before it."""
    return {"apart": bool(model.likelihood.others), "expected apart": model.kind in COUNTED}.get(kind, True)


DIVISOR = Choice(
    "dispersion",
    "errors",
    "RSS / (n - p) is unbiased, RSS / n is the maximum of the likelihood: say which.",
    _divisors,
    of=("se", *TESTS),
)

MOMENT = Choice(
    "moment dispersion",
    "errors",
    "Say where the dispersion is from: standard errors carry its root.",
    _moments,
    of=("se", *TESTS),
)

INFORMATION = Choice(
    "expected or observed information",
    "errors",
    "Both are consistent; the observed information is the one at the data. Say which.",
    _informations,
    of=("se", *TESTS),
)

LONG = 1_000_000
"""Numbers of X times coefficients beyond which profile intervals are not tried."""

LEVELS = (0.9, 0.95, 0.99, 0.8, 0.68, 0.975)

REACHES = {1.96: "1.96", 2.0: "2", 1.0: "1", 1.645: "1.645", 2.576: "2.576", 2.58: "2.58"}
"""How many standard errors an interval goes where no quantile is computed."""


def _forms(state: State) -> Iterator[Variant]:
    word = _ratio(state)
    said = {
        "plain": f"coefficients, the logarithms of {word}s",
        "ratio": f"{word}s, exp of the coefficients",
        "percent": "percent changes, 100 (exp(b) - 1)",
    }
    for form, words in said.items():
        if form != state.shown.form:
            yield Variant(words, partial(state.with_shown, form=form, errors="delta"), ("form",))
    if state.claim is not None and "se" not in state.claim.columns:
        return
    if state.shown.form != "plain" and state.shown.errors != "log":
        words = "standard errors of the logarithm beside exponentiated coefficients"
        yield Variant(words, partial(state.with_shown, errors="log"), ("errors of a ratio",))
    elif state.shown.form == "plain":
        words = f"{word}s, exp of the coefficients, beside standard errors of their logarithm"
        yield Variant(words, partial(state.with_shown, form="ratio", errors="log"), ("form",))


def _ratio(state: State) -> str:
    likelihood = state.model.likelihood
    return (state.model.facts.exponential if likelihood is None else likelihood.facts.words.ratio) or "ratio"


def _signs(state: State) -> Iterator[Variant]:
    if state.model.facts.is_regression and reversed_outcome(state.model) is not None:
        return  # that outcome is named instead
    yield Variant("coefficients with the other sign", partial(state.with_shown, sign=-state.shown.sign), ("sign",))


def _degrees(state: State) -> Iterator[Variant]:
    n, p = state.model.n, len(state.model.names)
    ways = {"a normal distribution": np.inf, f"Student's t with n - p = {n - p:g} degrees of freedom": n - p}
    cov = state.recipe.cov
    if isinstance(cov, Cluster) and (groups := _groups(state, cov)):
        ways[f"Student's t with G - 1 = {groups - 1} degrees of freedom"] = groups - 1.0
    ways[f"Student's t with n - 1 = {n - 1:g} degrees of freedom"] = n - 1.0
    try:
        now = state.df()
    except StattoolsError:  # no maximum, which the estimates tell
        return
    for words, df in ways.items():
        if not np.array_equal(df, now) and df > 0:
            yield Variant(f"tests and intervals from {words}", partial(state.with_recipe, df=df), ("degrees",))


def _groups(state: State, cov: Cluster) -> int:
    """How many groups there are, in the way that has fewest; 0 where a column is named that nobody has."""
    found = []
    for way in (cov.groups, cov.second):
        labels: Any = way
        if isinstance(way, str) and (labels := _column(state, way)) is None:
            return 0
        if labels is not None:
            found.append(pd.Series(np.asarray(labels)).nunique())
    return min(found)


def _column(state: State, name: str) -> pd.Series | None:
    """The column of that name of the whole table, over the rows of the model."""
    sheet = state.sheet
    if sheet is None or sheet.whole is None or sheet.kept is None or name not in sheet.whole:
        return None
    return sheet.whole[name].iloc[sheet.kept]


def _levels(state: State) -> Iterator[Variant]:
    for level in LEVELS:
        if level != state.recipe.level:
            yield Variant(f"intervals at {100 * level:g} %", partial(state.with_recipe, level=level), ("interval",))


def _reaches(state: State) -> Iterator[Variant]:
    usual = float(-special.ndtri(0.5 * (1.0 - state.recipe.level)))
    for reach, words in REACHES.items():
        if state.shown.reach != reach and not np.isclose(reach, usual, rtol=1e-9):
            plural = "standard error" if reach == 1.0 else "standard errors"
            make = partial(state.with_shown, reach=reach)
            yield Variant(f"intervals of {words} {plural} each way", make, ("interval",))


def _profiles(state: State) -> Iterator[Variant]:
    if state.recipe.of_rows and state.point is None and not takes_long(state):
        other = {"wald": "profile", "profile": "wald"}[state.recipe.interval]
        words = {"profile": "intervals of the profile likelihood", "wald": "Wald intervals"}[other]
        yield Variant(words, partial(state.with_recipe, interval=other), ("interval",))


def takes_long(state: State) -> bool:
    """Whether a profile of each coefficient takes more than seconds."""
    return float(state.model.n) * len(state.model.names) ** 2 > LONG


def _sides(state: State) -> Iterator[Variant]:
    other = {2: 1, 1: 2}[state.shown.sides]
    words = {1: "one-sided p-values", 2: "two-sided p-values"}[other]
    yield Variant(words, partial(state.with_shown, sides=other), ("sides",))


def _statistics(state: State) -> Iterator[Variant]:
    other = {"plain": "square", "square": "plain"}[state.shown.statistic]
    words = {"square": "Wald's chi-squared, the square of the statistic", "plain": "z or t, not its square"}[other]
    yield Variant(words, partial(state.with_shown, statistic=other), ("statistic",))


FORM = Choice(
    "exponentiated coefficients", "print", "Say what is printed: coefficients, or their exponentials.", _forms
)

SIGN = Choice(
    "other sign", "print", "Say which way the coefficients point: some programs subtract the predictor.", _signs
)

DEGREES = Choice(
    "t or normal", "print", "Say which distribution the tests and intervals use.", _degrees, of=("p", *ENDS)
)

LEVEL = Choice("level", "print", "Say the level of the intervals.", _levels, of=ENDS)

REACH = Choice("rounded quantile", "print", "Use the quantile of the level that is stated.", _reaches, of=ENDS)

PROFILE = Choice(
    "profile intervals", "print", "Say whether the intervals are Wald's or profile ones.", _profiles, of=ENDS
)

SIDES = Choice(
    "one-sided p-values", "print", "Say that the tests are one-sided, or double the p-values.", _sides, of=("p",)
)

SQUARE = Choice(
    "squared statistic", "print", "Call the statistic what it is: chi-squared, z or t.", _statistics, of=("statistic",)
)


def forms(state: State) -> list[State]:
    """The state with its estimates printed in each form, either way where no other outcome is named instead."""
    signed = [state, *(one.state for one in SIGN.changes(state))]
    return [form for one in signed for form in (one, *(other.state for other in FORM.changes(one)))]
