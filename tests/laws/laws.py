"""What must not change, or must change by a known map, when the rows or their columns are written in another way.

Each law turns a case into another one and says how coefficients, log-likelihood and fitted means follow:
theta' = A theta + shift. For which regressions and which kinds of fit it is no theorem stands in `unless`, with the
reason; for all others it is one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import gammaln

import stattools as st
from tests.laws.regressions import AMOUNTS, REGRESSIONS, Case, Floats, Random


@dataclass(frozen=True)
class Follows:
    """How a fit of the changed case follows from a fit of the case.

    `terms` maps the coefficients of one linear predictor, `categories` those of several, `shift` is added to each of
    them; `gap` is added to the log-likelihood, `sd` multiplies the scale; `means` maps the fitted means.
    """

    terms: Floats | None = None
    shift: Floats | None = None
    categories: Floats | None = None
    gap: float = 0.0
    sign: float = 1.0
    means: Callable[[Any], Any] = lambda means: means


@dataclass(frozen=True)
class Law:
    """`change(case, random, folder)` gives the changed case and what follows, given the names of the terms."""

    change: Callable[[Case, Random, Any], tuple[Case, Callable[[Any], Follows]]]
    unless: dict[str, str] = field(default_factory=dict)


def _unchanged(fit: Any) -> Follows:
    return Follows()


def _at(fit: Any, term: str) -> Floats:
    return (np.array(fit.model.first_terms) == term).astype(float)


def _shift(case: Case, g: Random, _: Any) -> Any:
    c = g.normal() * 10.0 ** g.integers(-2, 4)

    def follows(fit: Any) -> Follows:
        return Follows(terms=np.eye(len(fit.model.first_terms)) - c * np.outer(_at(fit, "Intercept"), _at(fit, "b")))

    return case.with_columns(b=case.table.b + c), follows


def _scale(case: Case, g: Random, _: Any) -> Any:
    c = 10.0 ** g.integers(-12, 13) * g.choice([-1.0, 1.0])

    def follows(fit: Any) -> Follows:
        return Follows(terms=np.diag(np.where(_at(fit, "a") == 1.0, 1.0 / c, 1.0)))

    return case.with_columns(a=c * case.table.a), follows


def _rows(case: Case, g: Random, _: Any) -> Any:
    order = g.permutation(len(case.table))
    return case.over(case.table.iloc[order]), lambda fit: Follows(means=lambda means: np.asarray(means)[order])


def _columns(case: Case, g: Random, _: Any) -> Any:
    def follows(fit: Any) -> Follows:
        return Follows(terms=np.eye(5)[[0, 3, 4, 2, 1]])  # Intercept, a, b, g[q], g[r] as Intercept, g[q], g[r], b, a

    return case.over(case.table, terms="g + b + a"), follows


def _duplicates(case: Case, g: Random, _: Any) -> Any:
    """The case with weights; the other with each row as often as its weight says."""
    times = np.repeat(np.arange(len(case.table)), case.table.weights)
    beside = tuple(name for name in case.beside if name != "weights")
    return case.over(case.table.iloc[times].reset_index(drop=True), beside=beside), lambda fit: Follows(
        means=lambda means: np.asarray(means)[times]
    )


def _no_rows(case: Case, g: Random, _: Any) -> Any:
    """Rows of weight 0, whatever stands in them, are as if they were not there."""
    table = case.table if "weights" in case.beside else case.table.assign(weights=1)
    more = case.table.sample(9, random_state=1)
    other = case.over(
        pd.concat([table, more.assign(weights=0)], ignore_index=True),
        beside=tuple(dict.fromkeys((*case.beside, "weights"))),
    )
    return other, lambda fit: Follows(means=lambda means: np.vstack([_tall(means), _tall(means)[more.index]]))


def _tall(means: Any) -> Floats:
    means = np.asarray(means)
    return means.reshape(len(means), -1)


def _relabel(case: Case, g: Random, _: Any) -> Any:
    """Other labels in the same order: of the factor, and of the outcome where it has any."""
    other = {"p": "Ä: one", "q": "Ü ~ `two`", "r": "Ž[T.x]", "one": "(1)", "three": "2 + 3", "two": "4"}
    changed = {"g": case.table.g.map(other)}
    if case.table.y.dtype == object or str(case.table.y.dtype).startswith("str"):
        changed["y"] = case.table.y.map(other)
    return case.with_columns(**changed), _unchanged


def _dummies(case: Case, g: Random, _: Any) -> Any:
    columns = {f"is_{level}": (case.table.g == level).astype(float) for level in "qr"}
    return case.over(case.table.assign(**columns), terms="a + b + is_q + is_r"), _unchanged


def _reference(case: Case, g: Random, _: Any) -> Any:
    """Treatment contrasts against q: the intercept is q's, and the others are counted from it."""
    T = np.eye(5)
    T[0, 3] = 1.0  # Intercept + q
    T[3:, 3] = -1.0
    T[4, 4] = 1.0  # r - q
    terms = "a + b + C(g, contr.treatment('q'))"
    # the order of the terms: Intercept, a, b, p, r
    return case.over(case.table, terms=terms), lambda fit: Follows(terms=T)


def _reference_outcome(case: Case, g: Random, _: Any) -> Any:
    """Log odds against "three" in place of "one", the categories in the order three, one, two."""
    C = np.array([[-1.0, 0.0], [-1.0, 1.0]])
    return case.over(case.table, options={"reference": "three"}), lambda fit: Follows(
        categories=C, means=lambda means: np.asarray(means)[:, [1, 0, 2]]
    )


def _complement(case: Case, g: Random, _: Any) -> Any:
    size = case.table.trials if "trials" in case.beside else 1
    other = case.with_columns(y=size - case.table.y, offset=-case.table.offset)
    return other, lambda fit: Follows(sign=-1.0, means=lambda means: 1.0 - np.asarray(means))


def _offset(case: Case, g: Random, _: Any) -> Any:
    """Part of the linear predictor moved into the offset."""
    start, slope = g.normal(size=2)
    offset = case.table.offset * ("offset" in case.beside) + start + slope * case.table.a
    beside = tuple(dict.fromkeys((*case.beside, "offset")))
    other = case.over(case.table.assign(offset=offset), beside=beside)
    return other, lambda fit: Follows(shift=-start * _at(fit, "Intercept") - slope * _at(fit, "a"))


def _exposure(case: Case, g: Random, _: Any) -> Any:
    """An exposure is an offset of its logarithm."""
    offset = case.table.offset * ("offset" in case.beside) + np.log(case.table.exposure)
    kept = tuple(name for name in case.beside if name not in ("exposure", "offset"))
    other = case.over(case.table.assign(offset=offset), beside=(*kept, "offset"))
    return other, _unchanged


def _outcome_scale(case: Case, g: Random, _: Any) -> Any:
    """y' = c y + s, with the offset in the units of y."""
    c, s = 10.0 ** g.integers(-6, 7) * g.choice([-1.0, 1.0]), g.normal()
    other = case.with_columns(y=c * case.table.y + s, offset=c * case.table.offset)
    n = case.table.weights.sum() if "weights" in case.beside else len(case.table)

    def follows(fit: Any) -> Follows:
        p = len(fit.model.first_terms)
        return Follows(
            c * np.eye(p), s * _at(fit, "Intercept"), gap=-n * np.log(abs(c)), means=lambda m: c * np.asarray(m) + s
        )

    return other, follows


def _outcome_unit(case: Case, g: Random, _: Any) -> Any:
    """y' = c y, where the log of the mean is linear."""
    c = 10.0 ** g.integers(-40, 41)
    weight = case.table.weights if "weights" in case.beside else np.ones(len(case.table))
    n = float(weight @ case.table.get("seen", np.ones(len(case.table))))  # only times that were seen have a density

    def follows(fit: Any) -> Follows:
        return Follows(shift=np.log(c) * _at(fit, "Intercept"), gap=-n * np.log(c), means=lambda m: c * np.asarray(m))

    return case.with_columns(y=c * case.table.y), follows


def _precision(case: Case, g: Random, _: Any) -> Any:
    """Relative inverse variances: only their ratios count."""
    c = 10.0 ** g.integers(-6, 7)
    beside = tuple(dict.fromkeys((*case.beside, "precision")))
    return case.over(case.table.assign(precision=c * case.table.precision), beside=beside), _unchanged


def _expanded(case: Case, g: Random, _: Any) -> Any:
    """Successes of trials as rows of 0 and 1; the log-likelihoods differ by the number of orders."""
    t, y = case.table.trials.to_numpy(), case.table.y.to_numpy()
    times = np.repeat(np.arange(len(t)), t)
    first = np.concatenate([np.arange(size) for size in t])
    flips = (first < y[times]).astype(int)
    beside = tuple(name for name in case.beside if name != "trials")
    weight = case.table.weights if "weights" in case.beside else 1.0
    orders = float((weight * (gammaln(t + 1) - gammaln(y + 1) - gammaln(t - y + 1))).sum())
    other = case.over(case.table.iloc[times].reset_index(drop=True).assign(y=flips), beside=beside)
    return other, lambda fit: Follows(gap=-orders, means=lambda means: np.asarray(means)[times])


def _files(case: Case, g: Random, folder: Any) -> Any:
    """The rows in three files, read where they are."""
    paths = []
    for k, part in enumerate(np.array_split(np.arange(len(case.table)), 3)):
        paths.append(folder / f"{k}.parquet")
        case.table.iloc[part].to_parquet(paths[-1])
    return case.over(st.scan(paths)), lambda fit: Follows(means=None)  # type: ignore[arg-type]


def _blocks(case: Case, g: Random, _: Any) -> Any:
    """Sums over many blocks of rows; the test makes them small."""
    return case, _unchanged


GROUPED = tuple(name for name, made in REGRESSIONS.items() if "trials" in made.required)
NOT_OLS = dict.fromkeys(
    (name for name in REGRESSIONS if name != "ols"), "y is not measured on a scale that may be changed"
)
THRESHOLDS = {"ordinal": "the thresholds take up what an intercept does: tests/models/regressions/test_ordinal.py"}
NO_OFFSET = dict.fromkeys(("softmax", "one_vs_rest"), "takes no offset")
NO_EXPOSURE = dict.fromkeys(
    (name for name, made in REGRESSIONS.items() if "exposure" not in made.beside), "takes no exposure"
)
NO_TRIALS = dict.fromkeys((name for name in REGRESSIONS if name != "logistic of trials"), "has no trials to write out")
NEIGHBORS = "neighbors in time are neighbors among the rows"
ORDERED = {"HAC": NEIGHBORS, "HAC auto": NEIGHBORS}
NOT_POSITIVE = {"two ways": "no sum of squares: a variance may be negative, and is refused, in one coding alone"}
LENGTHS = {"Ridge": "the penalty counts coefficients in the units of their columns"}

LAWS = {
    "origin of a column": Law(_shift, NOT_POSITIVE | THRESHOLDS),
    "unit of a column": Law(_scale, LENGTHS),
    "order of rows": Law(_rows, ORDERED),
    "order of columns": Law(_columns, THRESHOLDS),
    "weights are repeated rows": Law(_duplicates, ORDERED),
    "rows of weight 0": Law(_no_rows, ORDERED),
    "labels": Law(_relabel),
    "a factor is its columns of 0 and 1": Law(_dummies),
    "reference of a factor": Law(
        _reference, NOT_POSITIVE | THRESHOLDS | {"Ridge": "the penalty counts differences from the reference"}
    ),
    "reference of the outcome": Law(
        _reference_outcome,
        NOT_POSITIVE | dict.fromkeys((name for name in REGRESSIONS if name != "softmax"), "has no reference category"),
    ),
    "complement of the outcome": Law(
        _complement,
        {
            "ols": "y has no complement; its sign is a change of scale",
            "poisson": "counts have no complement",
            "negative_binomial": "counts have no complement",
            "zero_inflated": "counts have no complement",
            "hurdle": "counts have no complement",
            **dict.fromkeys(("aft", "aft gamma", *AMOUNTS), "positive numbers have none"),
            "glm cloglog": "its link is not symmetric",
            "softmax": "three categories have no complement",
            "ordinal": "levels in the other order: tests/models/regressions/test_ordinal.py",
            "one_vs_rest": "three categories have no complement",
        },
    ),
    "part of the predictor as offset": Law(
        _offset, NO_OFFSET | THRESHOLDS | {"Ridge": "the penalty pulls to 0, wherever the offset puts it"}
    ),
    "exposure is an offset": Law(_exposure, NO_EXPOSURE),
    "unit and origin of the outcome": Law(_outcome_scale, NOT_OLS | {"Ridge": "strength is in the units of y"}),
    "unit of a positive outcome": Law(
        _outcome_unit,
        dict.fromkeys(set(REGRESSIONS) - {"gamma", "aft", "aft gamma"}, "the log of y's mean is not linear"),
    ),
    "unit of precision": Law(
        _precision,
        dict.fromkeys(NOT_OLS, "takes no precision") | {"Ridge": "strength is in units of precision"},
    ),
    "trials are rows": Law(
        _expanded,
        NO_TRIALS
        | {"beta_binomial": "trials of a row share their probability, rows of one trial each have their own"}
        | dict.fromkeys(
            ("HC0", "HC1", "HC2", "HC3", "HC4", "robust", "HAC", "HAC auto", "Cluster", "CR2", "two ways"),
            "what is independent is a row",
        ),
    ),
    "rows in files": Law(
        _files,
        dict.fromkeys(GROUPED, "grouped outcomes are not read from files")
        | {"Jeffreys": "sums third derivatives over all rows: not in files"},
    ),
    "rows in blocks": Law(_blocks),
}
