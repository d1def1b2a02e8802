"""`network(...)`: a nonlinear predictor under a likelihood that suits the outcome."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.dataset import Dataset
from stattools.data.rows.rows import Rows, frequencies
from stattools.data.tables.arrays import NUMBERS, binary, categories, numeric, vector
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import require_truth, whole_number
from stattools.interface.memory import require_memory
from stattools.likelihoods import Bernoulli, Categorical, Gaussian, Likelihood
from stattools.likelihoods.outcomes import Outcome
from stattools.models.regressions.binding import Column, read_rows
from stattools.networks.network import Network
from stattools.networks.network_model import KINDS
from stattools.networks.perceptron import Kind, Perceptron
from stattools.networks.units import of_quantity, spread


def network(
    formula_or_y: str | ArrayLike,
    data_or_X: object,
    /,
    *,
    hidden: Sequence[int] = (20,),
    activation: Kind = "sigmoid",
    batch_norm: bool = False,
    likelihood: Likelihood | None = None,
    names: list[str] | None = None,
    standardize: bool = True,
    weights: Column = None,
) -> Network:
    """A neural network as a nonlinear predictor: eta = perceptron(x) with the units of `hidden`, y ~ likelihood(eta).

    Give `(formula, table)` or arrays `(y, X)`. `activation` is "sigmoid", "tanh" or "relu"; `batch_norm` normalizes
    what enters each of them; hidden=[] is a linear predictor. Text, categories, bool and whole numbers of an integer
    type are labels: `st.Categorical` for several, `st.Bernoulli` for two; fractions are a quantity, `st.Gaussian()`.
    `likelihood` chooses another: `st.Poisson()` for counts, `st.Gaussian()` for whole numbers that are a quantity.
    Inputs are standardized unless `standardize=False`: x less its mean, in units of its variance over its mean distance
    from the mean, 1.25 standard deviations of a normal column and half of the distance of two values, so that rare ones
    do not outweigh the others; or in fifths of the largest distance where that is more. Both are remembered.
    `weights` are frequencies. Raises DomainError for data that the model cannot take, IncompatibleError for a
    likelihood that does not go with a network and for weights with `batch_norm`. Source: Bishop, Pattern Recognition
    and Machine Learning (2006), ch. 5.

    >>> import stattools as st
    >>> import numpy as np
    >>> model = st.network([1, 2, 3, 1, 2, 3], np.arange(12.0).reshape(6, 2), hidden=[4], activation="tanh")
    >>> model.labels, model.perceptron.size, round(model.loglik(np.zeros(22)) / 6, 6)
    ((1, 2, 3), 22, -1.098612)
    """
    units = _units(hidden)
    require_truth(batch_norm, "batch_norm= of a network")
    require_truth(standardize, "standardize= of a network")
    if batch_norm and weights is not None:
        raise IncompatibleError(
            "batch norm takes its moments from the rows of a batch and knows no weights=: repeat the rows."
        )
    arrays = not isinstance(formula_or_y, str)
    data = read_rows(formula_or_y, data_or_X, names, not arrays, weights=weights)
    first = int(data.design.names[0] == "Intercept" and not arrays)
    inputs = data.X.shape[1] - first
    if not inputs:
        raise DomainError("a network needs at least one input; the formula has an intercept only.")
    y, judge, labels = _outcome(data, likelihood)
    y = judge.check(y)
    widths = (inputs, *units, judge.width)
    size = sum((before + 1) * after for before, after in pairwise(widths))
    require_memory(f"A network of {size:,} parameters", 8 * size, "Use fewer units.")  # and what training keeps
    perceptron = Perceptron.of(inputs, units, judge.width, activation=activation, batch_norm=batch_norm)
    X = np.ascontiguousarray(data.X)  # batches take rows here and there: each must lie in one piece
    rows = Rows(X, y, frequencies(data.numbers.get("weights"), data.kept))
    weight = np.ones(len(y)) if rows.weight is None else rows.weight
    center, scale = spread(X[:, first:], weight) if standardize else (np.zeros(inputs), np.ones(inputs))
    quantity = judge.facts.has_scale
    middle, unit = of_quantity(y, weight) if quantity else (0.0, 1.0)
    return Network(
        likelihood=judge,
        perceptron=perceptron,
        rows=rows,
        center=center,
        scale=scale,
        design=data.design,
        outcome_name=data.outcome_name,
        labels=labels,
        first=first,
        middle=middle,
        unit=unit,
        dropped=data.dropped,
        n_dropped=data.n_dropped,
        extras=data.extras,
        kept=data.kept,
        origin=data.origin,
    )


def _units(hidden: object) -> tuple[int, ...]:
    """The hidden layers' sizes, or a DomainError."""
    given = hidden.tolist() if isinstance(hidden, np.ndarray) else hidden
    given = given if isinstance(given, list | tuple) else [given]
    return tuple(whole_number(units, "each of the units in hidden=[16, 8]", at_least=1) for units in given)


def _outcome(data: Dataset, likelihood: Any) -> tuple[np.ndarray, Likelihood, tuple[Any, ...] | None]:
    """The outcome as numbers, its likelihood and its labels."""
    name = data.outcome_name
    if isinstance(likelihood, type):
        raise IncompatibleError(f"likelihood= is an object such as st.Gaussian(); got the class {likelihood.__name__}.")
    if likelihood is not None and type(likelihood) not in KINDS:
        known = ", ".join(f"st.{kind.__name__} ({what})" for kind, what in KINDS.items())
        raise IncompatibleError(f"a network has one of the likelihoods {known}; got {quoted(likelihood)}.")
    if likelihood is not None and not likelihood.outcome.has_labels:
        if likelihood.facts.has_scale and likelihood != Gaussian():
            raise IncompatibleError(
                f"a network estimates the scale itself: use st.Gaussian(); got {quoted(likelihood)}."
            )
        return numeric(data.outcome, name), likelihood, None
    if likelihood is not None and likelihood.outcome is Outcome.BINARY:
        y, labels = binary(data.outcome, name)
        return y, likelihood, labels
    column = vector(data.outcome, f"the outcome {name!r}")
    if likelihood is None and column.dtype.kind == "f":
        values = np.asarray(column, dtype=float)
        if not np.array_equal(values, np.floor(values)):
            return values, Gaussian(), None
        raise DomainError(
            f"the outcome {name!r} holds whole numbers stored as floats: are they labels or a quantity? Convert labels "
            "with .astype(int) or .astype(str); for a quantity pass likelihood=st.Gaussian(), for counts st.Poisson()."
        )
    codes, labels = categories(data.outcome, name)
    if likelihood is not None:
        if likelihood.categories != len(labels):
            raise IncompatibleError(
                f"likelihood={likelihood!r} does not fit the outcome {name!r}, which has {len(labels)} categories. "
                f"Use st.Categorical({len(labels)}), or leave likelihood= out."
            )
        return codes.astype(float), likelihood, labels
    if len(labels) == 2:
        given = None if column.dtype.kind in NUMBERS and column.dtype.kind != "b" and labels == (0, 1) else labels
        return codes.astype(float), Bernoulli(), given
    return codes.astype(float), Categorical(len(labels)), labels
