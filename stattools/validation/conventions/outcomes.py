"""Which outcome is 1, and which category is the reference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.models.regressions.binding import starting_point
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.state import State, Variant
from stattools.validation.explaining.undeclared_causes import reversed_outcome


def _outcomes(state: State) -> Iterator[Variant]:
    model = state.model
    if not isinstance(model, Model):
        return
    if model.categories is not None:
        assert model.labels is not None
        for k, label in list(enumerate(model.labels))[1:]:
            words = f"category {label} is the reference"
            yield Variant(words, partial(_referred, state, k), ("categories",))
    elif model.likelihood.outcome is Outcome.ORDERED:
        yield Variant("the order of the labels is reversed", partial(_turned, state), ("categories",))
    elif (other := reversed_outcome(model)) is not None:
        zero = 0 if model.labels is None else model.labels[0]
        yield Variant(f"P({model.outcome_name} = {zero}) is modelled", partial(state.of, other), ("categories",))


def _referred(state: State, first: int) -> State:
    model = state.model
    order = [first, *(k for k in range(len(model.labels)) if k != first)]
    place = np.argsort(order)
    rows = replace(model.rows, y=place[np.asarray(model.rows.y).astype(int)].astype(float))
    labels = tuple(model.labels[k] for k in order)
    return state.of(replace(model, rows=rows, labels=labels))


def _turned(state: State) -> State:
    model = state.model
    y = len(model.labels) - 1.0 - model.rows.y
    rows = replace(model.rows, y=y)
    labels = tuple(reversed(model.labels))
    likelihood = replace(model.likelihood, labels=tuple(map(str, labels)))
    start = starting_point(likelihood, model.predictor, rows)
    return state.of(replace(model, rows=rows, labels=labels, likelihood=likelihood, start=start))


OUTCOME = Choice(
    "outcome coding", "estimates", "Say which outcome is modelled, and against which.", _outcomes, renames=True
)
