"""Other families that the outcome allows, other links, and least squares of a logarithm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.likelihoods.between import BETWEEN
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.times import ERRORS
from stattools.models.model import Model
from stattools.models.predictor import linear_of
from stattools.models.regressions.binding import starting_point
from stattools.models.regressions.glm import GENERALIZED
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.state import State, Variant
from stattools.validation.conventions.transforms import Curve
from stattools.validation.foreign.description import CONSTRUCTORS, bound

WORDS = {
    "ols": "least squares (normal)",
    "logistic": "logistic",
    "probit": "probit",
    "poisson": "Poisson",
    "negative_binomial": "negative binomial",
}
"""The constructors without a family and a link in their name, in words."""
SAME = {
    "normal identity": "ols",
    "binomial logit": "logistic",
    "binomial probit": "probit",
    "poisson log": "poisson",
    "negative-binomial log": "negative_binomial",
}
"""Families and links that have a constructor of their own."""
FORMS = {Outcome.ORDERED: ("link_name", "link {}", BETWEEN), Outcome.TIME: ("distribution", "{} times", ERRORS)}
"""By the outcome: which field of its likelihood says the form, the form in words, and the forms that there are."""

MOMENTS = ("gamma", "inverse-gaussian")
"""Families of which other packages take the dispersion from moments."""


def _families(state: State) -> Iterator[Variant]:
    model = state.model
    if not isinstance(model, Model) or model.design.beside or any(model.predictor.own) or np.ndim(model.rows.y) > 1:
        return
    y = np.asarray(model.rows.y, dtype=float)
    if model.categories is not None or model.likelihood.taken_up:
        return
    for kind in _kinds(y):
        yield Variant(f"{_said(kind)} regression", partial(_of_family, state, kind), ("family",))
        if kind.split()[0] in MOMENTS and (state.claim is None or "se" in state.claim.columns):
            words = f"{_said(kind)} regression, its dispersion from Pearson's statistic as in R's and statsmodels' glm"
            yield Variant(words, partial(_by_moments, state, kind), ("family",))
    if not model.has_scale:
        for words, curve in _logarithms(y).items():
            said = f"least squares (normal) regression of {words.format(model.outcome_name)}"
            yield Variant(said, partial(_of_family, state, "ols", curve), ("family",))


def _logarithms(y: Floats) -> dict[str, Curve]:
    """The logarithms of an outcome that somebody models by least squares: of amounts, and of counts with zeros."""
    if (y > 0).all():
        return {"log({})": np.log}
    is_count = bool((y >= 0).all()) and len(np.unique(y)) > 2
    return {"log({} + 1)": np.log1p, "log({} + 0.5)": lambda x: np.log(x + 0.5)} if is_count else {}


def _by_moments(state: State, kind: str) -> State:
    is_t = state.claim is not None and state.claim.said.get("statistic") == "t"
    found = _of_family(state, kind)
    df = found.model.n - found.model.predictor.size_first if is_t else np.inf
    return found.with_recipe(information="expected", dispersion="X2", df=df)


def _kinds(y: Any) -> list[str]:
    """The families that an outcome allows, by the names of constructors."""
    names = [kind for kind in CONSTRUCTORS if kind not in SAME and kind != "softmax"]
    is_binary = bool(np.isin(y, (0.0, 1.0)).all())
    whole, positive = bool((y == np.round(y)).all() and (y >= 0).all()), bool((y > 0).all())
    allowed = {"ols", "normal"}
    allowed |= {"logistic", "probit", "binomial", "poisson"} if is_binary else set()
    allowed |= {"poisson", "negative_binomial", "negative-binomial"} if whole else set()
    allowed |= {"gamma", "inverse-gaussian"} if positive else set()
    allowed |= {"beta"} if positive and bool((y < 1).all()) else set()
    return [kind for kind in names if kind.split()[0] in allowed]


def _said(kind: str) -> str:
    if kind in WORDS:
        return WORDS[kind]
    family, link = kind.split()
    return f"{GENERALIZED[family].title} with link {link}"


def _of_family(state: State, kind: str, curve: Curve | None = None) -> State:
    model = state.model
    rows = model.rows
    other = bound(
        kind,
        rows.y if curve is None else curve(np.asarray(rows.y, dtype=float)),
        np.asarray(rows.X),
        list(model.terms),
        weight=rows.weight,
        offset=rows.offset,
        outcome=model.outcome_name,
    )
    other = replace(other, design=model.design, labels=model.labels, kept=model.kept, source=model.source)
    changed = state.of(other)
    plain = {"divisor": "n - p", "df": None} if other.has_scale else {"divisor": "1", "df": np.inf}
    return changed.with_recipe(**plain, dispersion="likelihood", information="observed")


def _links(state: State) -> Iterator[Variant]:
    """Links of labels in order, and distributions of times."""
    model = state.model
    likelihood = model.likelihood
    if not isinstance(model, Model):
        return
    field, words, names = FORMS.get(likelihood.outcome, ("", "", ()))
    for name in names:
        other = replace(likelihood, **{field: name})
        if other != likelihood and (not model.design.beside or other.parameters.keys() == likelihood.parameters.keys()):
            yield Variant(words.format(name), partial(_of_likelihood, state, other), ("family",))


def _of_likelihood(state: State, likelihood: Any) -> State:
    model = state.model
    predictor = linear_of(likelihood, model.design, model.rows.X.shape[1])
    start = starting_point(likelihood, predictor, model.rows)
    return state.of(replace(model, likelihood=likelihood, predictor=predictor, start=start))


FAMILY = Choice("family or link", "estimates", "Say which family and link the model has.", _families, keeps=True)
LINK = Choice("link or distribution", "estimates", "Say which link or distribution the model has.", _links)
