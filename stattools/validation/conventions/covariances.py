"""Standard errors of another kind: robust ones, clusters, series, Pearson's dispersion."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from stattools.inference.covariance import HAC, Cluster
from stattools.interface.when_needed import pd
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.state import State, Variant

KINDS = {
    "information": "the model's own",
    "HC0": "HC0 (White), without a correction",
    "HC1": "HC1, HC0 times n / (n - p)",
    "robust": "Stata's vce(robust), HC0 times n / (n - 1)",
    "HC2": "HC2",
    "HC3": "HC3",
    "HC4": "HC4",
    "quasi": "the model's own at Pearson's dispersion (quasi)",
}
"""Kinds of standard errors with a name, in words."""
CORRECTIONS: dict[Any, str] = {
    "statsmodels": "G / (G - 1) (n - 1) / (n - p)",
    "stata": "G / (G - 1)",
    "none": "no correction",
}
LAG_CORRECTIONS: dict[Any, str] = {"none": "no correction", "stata": "times n / (n - p)"}
MOST_LAGS, MOST_CLUSTERS = 12, 40
"""More lags and more columns of labels are not tried."""


def _kinds(state: State) -> Iterator[Variant]:
    plain = np.inf if not state.model.has_scale else state.recipe.df
    for kind, words in KINDS.items():
        if kind != state.recipe.cov and not (kind == "robust" and state.model.has_scale):
            df = None if kind == "quasi" else plain
            yield Variant(
                f"standard errors {words}" if kind == "information" else f"standard errors of kind {words}",
                partial(state.with_cov, kind, df),
                ("covariance",),
            )


def _clusters(state: State) -> Iterator[Variant]:
    sheet = state.sheet
    if sheet is None or sheet.whole is None:
        return
    n = len(sheet.frame)
    for name in sheet.labels(n - 1)[:MOST_CLUSTERS]:
        labels = pd.Series(sheet.frame[name])
        if labels.dtype.kind == "f" and sheet.values_of(name) > n // 2:
            continue
        codes = labels.astype("category").cat.codes.to_numpy()
        groups = len(np.unique(codes))
        df = groups - 1.0 if state.model.has_scale else np.inf
        for correction, words in CORRECTIONS.items():
            if correction == "stata" and state.model.has_scale:  # the same as statsmodels'
                continue
            yield Variant(
                f"standard errors clustered by {name} ({groups} groups, {words})",
                partial(state.with_cov, Cluster(codes, correction=correction), df),
                ("covariance",),
            )


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
)
CLUSTERS = Choice(
    "clusters",
    "errors",
    "Say by which column the standard errors are clustered, or print those of the model.",
    _clusters,
)
LAGS = Choice("lags", "errors", "Say how many lags the standard errors allow for, or print those of the model.", _lags)
