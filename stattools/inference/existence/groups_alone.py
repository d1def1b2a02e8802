"""Are there enough rows in the groups to tell the variance of their effects?

One row of a group says of an effect sigma u only what it says of its linear predictor. A label, a flip of a coin, or a
measurement with a spread of its own, has another parameter for all of that: probit regression is the same for all
(beta, sigma) with the same beta / sqrt(1 + sigma^2), and other links differ in the shape of a tail. Counts, and several
trials, have a spread that their mean implies: there an effect of each row is what is left over, and is told.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.random_term import RandomTerm
from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.likelihoods.likelihood import Likelihood
from stattools.likelihoods.outcomes import Outcome
from stattools.models.mixed.mixed_regression import MixedRegression


def check_rows_of_groups(model: MixedRegression) -> None:
    """IdentificationError for a random term whose groups have one row each, or as many effects as there are rows, where
    the likelihood does not tell these from the rest of what varies.

    >>> import stattools as st
    >>> table = {"y": [0, 1, 1, 0], "n": [2, 5, 4, 3], "g": ["a", "b", "c", "d"]}
    >>> check_rows_of_groups(st.logistic("y ~ 1 + (1 | g)", table, trials="n"))  # an effect of each row is told
    >>> try:
    ...     check_rows_of_groups(st.logistic("y ~ 1 + (1 | g)", table))
    ... except st.IdentificationError as error:
    ...     print(str(error)[:108])
    Logistic regression with random effects: each of the 4 groups of 'g' in (1 | g) has one row, which is 0 or 1
    """
    rows = model.rows
    counted = np.ones(len(rows.X)) if rows.weight is None else rows.weight
    seen = counted if _has_spread_of_rows(model.likelihood) else seen_of(model)
    for term in model.random:
        moving = (term.z != 0.0).any(axis=1) & (term.codes >= 0)
        each = np.bincount(term.codes[moving], weights=seen[moving], minlength=term.n_levels)
        effects = len(term.columns) * term.n_levels
        if each.max(initial=0.0) <= 1.0 and not tells_spread(model.likelihood):
            raise _one_row(model, term)
        if "Intercept" in term.columns and _is_constant_within(model, term, counted > 0.0):
            raise _no_spread(model, term)
        total = counted.sum() if tells_spread(model.likelihood) else seen.sum()
        if effects > total or (effects == total and not tells_spread(model.likelihood)):
            raise _too_many(model, term, effects, float(total))


MEASURED = (Outcome.REAL, Outcome.POSITIVE, Outcome.TIME)
"""What is measured, of which a spread that is estimated may go to 0."""


def _is_constant_within(model: MixedRegression, term: RandomTerm, seen: NDArray[np.bool_]) -> bool:
    """Do measurements, the spread of which is a parameter, differ between the levels of a term only?"""
    likelihood, y = model.likelihood, np.asarray(model.rows.y).reshape(len(seen), -1)[seen]
    if likelihood.outcome not in MEASURED or likelihood.width == 1:
        return False
    if not (y[:, 0] == y[:, -1]).any():  # all times are censored
        return False
    codes = term.codes[seen]
    first = np.empty((term.n_levels, y.shape[1]))
    first[codes[::-1]] = y[::-1]
    return bool((y == first[codes]).all())


def _has_spread_of_rows(likelihood: Likelihood) -> bool:
    """Do the trials of a row vary together already, by a parameter, as effects of single rows would have them?"""
    return likelihood.outcome is Outcome.TRIALS and bool(likelihood.others)


def tells_spread(likelihood: Likelihood) -> bool:
    """Does one row tell of a spread beyond that which its mean implies? Of counts, and of what has one parameter."""
    kind = likelihood.outcome
    return kind is Outcome.COUNT or (kind is Outcome.TIME and likelihood.width == 1)


def seen_of(model: Any) -> Floats:
    """How often the outcome of each row was seen: its frequency weight, times its trials."""
    rows = model.rows
    trials = np.broadcast_to(np.asarray(model.likelihood.trials_of(rows.y), dtype=float), (len(rows.X),))
    return trials if rows.weight is None else trials * rows.weight


WHY = {
    Outcome.BINARY: "which is 0 or 1",
    Outcome.TRIALS: "of one trial, which is a success or not",
    Outcome.ORDERED: "with one label",
    Outcome.CATEGORY: "with one label",
}
"""What one row of a kind of outcome is."""


def _one_row(model: MixedRegression, term: RandomTerm) -> IdentificationError:
    kind = model.likelihood.outcome
    what = WHY.get(kind, "a measurement with a spread of its own")
    if _has_spread_of_rows(model.likelihood):
        kind, what = None, "the trials of which vary together already, by a parameter"
    way_out = (
        "give the successes of several trials (trials=), where there are"
        if kind in WHY
        else "the spread of the outcome itself is estimated already"
    )
    return IdentificationError(
        f"{model.title}: each of the {term.n_levels:,} groups of {term.group!r} in {term.name} has one row, "
        f"{what}: the standard deviation of the effects is not "
        f"identified, as larger effects do what larger coefficients, or a larger spread, do. Leave {term.name} out or "
        f"group the rows otherwise; {way_out}."
    )


def _no_spread(model: MixedRegression, term: RandomTerm) -> IdentificationError:
    return IdentificationError(
        f"{model.title}: {model.outcome_name} is constant within each level of {term.group!r}, so that effects of "
        f"{term.name} make it exactly, the spread within levels is 0 and the likelihood has no maximum. Give one row "
        "per level to the regression without random effects, or an outcome that varies within groups."
    )


def _too_many(model: MixedRegression, term: RandomTerm, effects: int, total: float) -> IdentificationError:
    q = len(term.columns)
    return IdentificationError(
        f"{model.title}: {term.name} has {q} effect{'' if q == 1 else 's'} in each of {term.n_levels:,} groups, "
        f"{effects:,} in all, and there are {total:,.0f} observations: the effects cannot be told from what varies "
        "between rows. Take fewer columns, or leave the part out."
    )
