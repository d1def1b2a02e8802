"""The linear predictors of a likelihood on the columns of a design: which of them reads which."""

from __future__ import annotations

from functools import lru_cache

from stattools.data.design import Design
from stattools.likelihoods import Likelihood
from stattools.models.predictors.linear import Columns, Linear, TakenUp


def linear_of(likelihood: Likelihood, design: Design, columns: int | None = None) -> Linear:
    """The predictor of a regression: the first parameter has the columns of the formula, each other those of its own,
    or is a constant that all rows share.

    Where thresholds are the constants of the location, its columns are those of the formula without the constant, and
    without those that have an effect at each cut.

    >>> from stattools.likelihoods import Cumulative
    >>> found = linear_of(Cumulative(3), Design(("Intercept", "x")))
    >>> found.main, found.own
    ((1,), ((), ()))
    """
    columns = len(design.names) if columns is None else columns
    others = tuple(likelihood.parameters)[1:]
    main, own = design.own(tuple(map(likelihood.formula_of, others))) if design.uses else (None, ((),) * len(others))
    taken = likelihood.taken_up
    if taken:
        main, own = _without_constant(tuple(range(columns)) if main is None else main, own, taken)
    return linear(columns, likelihood.width, own, main, taken)


def _without_constant(
    main: tuple[int, ...], own: tuple[tuple[int, ...], ...], taken: TakenUp
) -> tuple[Columns, tuple[tuple[int, ...], ...]]:
    """The columns of each without the first, which is the constant, where others take it up."""
    without = dict(taken)
    own = tuple(
        tuple(column for column in use if column) if k in without else use for k, use in enumerate(own, start=1)
    )
    apart = {column for k, use in enumerate(own, start=1) if without.get(k) for column in use}
    return tuple(column for column in main if column and column not in apart), own


@lru_cache(maxsize=64)
def linear(
    columns: int, width: int, own: tuple[tuple[int, ...], ...], main: tuple[int, ...] | None, taken_up: TakenUp
) -> Linear:
    """The linear predictors of all models of one size, made once."""
    return Linear(columns, width, own, main, taken_up)
