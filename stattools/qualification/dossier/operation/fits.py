"""Two fits that many answers are asked of, and what they are made of."""

from __future__ import annotations

from functools import cache

import numpy as np

import stattools as st
from stattools.interface.arrays import Floats
from stattools.qualification.agreements import AFFAIR, SPENDING, shipped


@cache
def logistic_fit() -> st.Fit:
    """A logistic regression of 6,366 rows."""
    return st.fit(st.logistic(AFFAIR, shipped("fair")))


@cache
def squares_fit() -> st.Fit:
    """Least squares of 72 rows."""
    return st.fit(st.ols(SPENDING, shipped("ccard")))


def parts(fit: st.Fit) -> tuple[Floats, Floats, Floats, Floats]:
    """X, y, the linear predictor and the covariance of the estimates, from the rows of a fit."""
    X, y = np.asarray(fit.model.rows.X), np.asarray(fit.model.rows.y)
    return X, y, X @ np.asarray(fit.estimate), np.asarray(fit.covariance)
