"""Scores that are written by hand, back-propagation among them, against differences of the log-likelihood.

A central difference with Richardson's extrapolation is good for about nine digits of the largest derivative.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import stattools as st
from stattools.interface.arrays import Floats
from stattools.qualification.agreements import PASSED, SCHOOLS, VOTE, shipped
from stattools.qualification.reading import Measured, PromisedDigits, readings

STEP = 1e-3


def measure(build: Callable[[], Any], effort: float = 1.0) -> Measured:
    """Digits of the score at a random point, of its largest entry."""
    model = build()
    theta = np.asarray(model.start, dtype=float)
    theta = theta + np.random.default_rng(41).normal(0.0, 0.05, theta.shape)
    score = model.evaluate(theta, order=1).score
    differences = slopes(lambda at: model.evaluate(at, order=0).loglik, theta)
    worst = np.abs(score - differences).max() / np.abs(differences).max()
    return Measured(round(float(-np.log10(max(worst, 1e-16))), 2), readings=readings("slope", score))


def slopes(loglik: Callable[[Floats], float], theta: Floats) -> Floats:
    """The gradient by central differences of two steps, combined so that errors of order h^2 cancel.

    >>> slopes(lambda t: float(np.sin(t[0])), np.array([0.0])).round(9).tolist()
    [1.0]
    """
    found = np.empty_like(theta)
    for j in range(len(theta)):
        unit = np.zeros_like(theta)
        unit[j] = STEP * max(1.0, abs(theta[j]))
        wide, narrow = ((loglik(theta + h * unit) - loglik(theta - h * unit)) / (2.0 * h * unit[j]) for h in (1.0, 0.5))
        found[j] = (4.0 * narrow - wide) / 3.0
    return found


def _network(**options: Any) -> Any:
    return st.network(PASSED, shipped("spector").astype({"GRADE": int}), hidden=[4], **options)


def _check(model: str, data: str, build: Callable[[], Any]) -> PromisedDigits:
    return PromisedDigits("derivatives", model, data, "differences", partial(measure, build), (6, None, None))


CHECKS = (
    _check("network", "spector", _network),
    _check("network, batch normalization", "spector", partial(_network, batch_norm=True)),
    _check("softmax regression", "anes96", lambda: st.softmax(VOTE, shipped("anes96"))),
    _check("beta-binomial regression", "star98", lambda: st.beta_binomial(SCHOOLS, shipped("star98"))),
)
