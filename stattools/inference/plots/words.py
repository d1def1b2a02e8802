"""What axes are called: the mean of an outcome, and what one unit of a coefficient is, in the likelihood's words."""

from __future__ import annotations

from typing import Any

from stattools.figures.house_style import plain
from stattools.likelihoods.outcomes import Outcome


def one_of(model: Any) -> Any:
    """The label that a binary regression counts as 1."""
    return 1 if model.labels is None else model.labels[1]


def mean_of(model: Any) -> str:
    """What a regression predicts.

    >>> import stattools as st
    >>> mean_of(st.logistic("y ~ x", {"y": ["a", "b", "a", "b"], "x": [1, 2, 4, 3]}))
    'probability that y is b'
    >>> mean_of(st.poisson("y ~ x", {"y": [1, 2, 0, 3], "x": [1, 2, 4, 3]}))
    'mean of y'
    """
    outcome = plain(model.outcome_name)
    if model.likelihood.outcome is Outcome.TRIALS:
        return f"probability of a success ({outcome})"
    if model.likelihood.outcome.has_several:
        return "probability"
    return (
        f"probability that {outcome} is {plain(one_of(model))}" if model.likelihood.is_event else f"mean of {outcome}"
    )


def change_in(model: Any) -> str:
    """What a coefficient of a regression is a change in.

    >>> import stattools as st
    >>> change_in(st.ols("y ~ x", {"y": [1, 2, 0, 3], "x": [1, 2, 4, 3]}))
    'change in the mean of y'
    """
    predictor = model.likelihood.words.predictor
    return f"change in the mean of {plain(model.outcome_name)}" if predictor == "the mean" else f"change in {predictor}"
