"""Counts of another model: without the extra zeros, a negative binomial whose alpha nobody estimated, or one whose
variance is linear in the mean.

statsmodels' GLM takes alpha = 1 where none is given, with standard errors of the expected information.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from stattools.models.model import Model
from stattools.models.regressions.counts import negative_binomial, poisson
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.state import State, Variant
from stattools.validation.foreign.description import bound
from stattools.validation.foreign.known_alpha import with_known_alpha
from stattools.validation.foreign.linear_variance import with_linear_variance

PLAIN = {"Poisson": poisson, "NegativeBinomial": negative_binomial}
"""The regression of counts that a model with extra zeros is without them."""
ZEROED = {"zero_inflated": "zero inflation", "hurdle": "the part of zeros"}
"""Kinds of models with a part for zeros, and what it is called."""


def _zeros(state: State) -> Iterator[Variant]:
    model, sheet = state.model, state.sheet
    if not isinstance(model, Model) or sheet is None or sheet.whole is None:
        return
    if model.kind in ZEROED and "dispersion" not in model.design.beside:
        likelihood: Any = model.likelihood
        family = type(likelihood.family).__name__
        if family in PLAIN:
            words = f"without {ZEROED[model.kind]}, all rows of one {family}"
            yield Variant(words, partial(_plain, state, family), ("zeros",))


def _plain(state: State, family: str) -> State:
    sheet: Any = state.sheet
    other = PLAIN[family](sheet.formula, sheet.frame)
    rows = state.model.rows
    return state.remodelled(replace(other, rows=replace(other.rows, weight=rows.weight, offset=rows.offset)))


def _alphas(state: State) -> Iterator[Variant]:
    model = state.model
    if isinstance(model, Model) and model.kind == "negative_binomial" and not any(model.predictor.own):
        words = "alpha = 1, which nobody estimated, as in statsmodels' GLM where none is given"
        yield Variant(words, partial(_known, state), ("family",))


def _known(state: State) -> State:
    model, rows = state.model, state.model.rows
    options: Any = {"weight": rows.weight, "offset": rows.offset, "outcome": model.outcome_name}
    other = bound("poisson", rows.y, rows.X, list(model.terms), **options)
    other = replace(other, design=model.design, kept=model.kept, source=model.source)
    return state.of(with_known_alpha(other, 1.0)).with_recipe(information="expected")


def _variances(state: State) -> Iterator[Variant]:
    model = state.model
    if isinstance(model, Model) and model.kind == "negative_binomial" and not any(model.predictor.own):
        words = "a variance linear in the mean, m (1 + alpha) (NB1), for m + alpha m^2 (NB2)"
        yield Variant(words, lambda: state.of(with_linear_variance(model)), ("family",))


ZEROS = Choice("zeros", "estimates", "Say whether zeros have a part of their own.", _zeros)
ALPHA = Choice("alpha held", "estimates", "Estimate alpha with the coefficients, or say what it is.", _alphas)
VARIANCE = Choice("variance of counts", "estimates", "Say which negative binomial it is, NB1 or NB2.", _variances)
