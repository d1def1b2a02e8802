"""Standard errors of another kind: robust ones, clusters, series, Pearson's dispersion."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.inference.covariance import HAC, Cluster
from stattools.interface.when_needed import pd
from stattools.validation.conventions.choice import TESTS, Choice
from stattools.validation.conventions.state import State, Variant

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
