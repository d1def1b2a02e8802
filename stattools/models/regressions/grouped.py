"""Grouped outcomes, successes out of trials: the counts of each row, and rows of 0 trials, which say nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from stattools.data.dataset import Dataset, read
from stattools.data.rows.rows import Rows
from stattools.data.tables.outcome import numeric
from stattools.errors import DomainError
from stattools.likelihoods.binary import Binomial
from stattools.models.model import Model


def successes_and_trials(data: Dataset) -> tuple[Dataset, NDArray[np.float64]]:
    """The rows that have trials, and both counts of each, shape (n, 2).

    A row of 0 trials says nothing, and is dropped and counted (R's `glm` keeps it with weight 0 and does not count it).
    Raises DomainError where counts are not whole, negative or exceed their trials, where there are no trials, or all
    rows have successes only or failures only.
    """
    y = Binomial().check(both_counts(data))
    successes, trials = y.T
    if not trials.any():
        raise DomainError(f"the outcome {data.outcome_name!r} has no trials in any row; check the counts.")
    empty = (successes == 0) & (trials == 0)
    if empty.any():
        data, y = data.without(empty), y[~empty]
    if not (0 < successes.sum() < trials.sum()):
        which = "success" if successes.sum() == 0 else "failure"
        raise DomainError(f"the outcome {data.outcome_name!r} has one class only: there is no {which} in any row.")
    return data, y


def both_counts(data: Dataset) -> NDArray[np.float64]:
    """Successes and trials of each row, shape (n, 2)."""
    successes = numeric(data.outcome, data.outcome_name)
    trials = data.columns["trials"] if "trials" in data.columns else successes + data.columns["failures"]
    if max(np.abs(successes).max(), np.abs(trials).max()) > 2**53:
        raise DomainError(
            f"the counts of {data.outcome_name!r} go beyond 2^53, where float64 skips numbers; check them."
        )
    return np.column_stack([successes, trials])


def with_empty_rows(model: Model) -> Model:
    """The model over the rows of its table without trials too, where it had them as columns; else as it is."""
    if not model.n_empty or model.source is None or None in model.extras.values():
        return model
    formulas = {name: formula.text for name, formula in model.design.beside.items()}
    data = read(model.formula, model.source, columns=dict(model.extras), formulas=formulas)
    X = model.design.encode(model.source, data.kept)  # the columns of the fit, whatever levels these rows have beside
    rows = Rows(X, both_counts(data), offset=data.columns.get("offset"))
    return replace(model, rows=rows, kept=data.kept, n_dropped=data.n_dropped, n_empty=0, origin=data.origin)
