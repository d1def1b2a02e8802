"""Marginal effects and contrasts, against differences of the average mean."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.testing import assert_allclose

from tests.matrix.asked import Asked
from tests.matrix.question import question

Floats = np.ndarray


def _average(a: Asked, theta: Floats, **moved: object) -> Floats:
    """Mean over the observations, (..., K), with columns moved; theta (..., q)."""
    mean = a.mean(theta, a.table.assign(**moved))
    if a.is_softmax:
        return np.moveaxis(mean, -2, -1) @ a.weight / a.weight.sum()
    return (mean @ a.weight / a.weight.sum())[..., None]


def _compare(a: Asked, found: object, effects: list[Callable[[Floats], Floats]]) -> None:
    """Values and standard errors by the delta method, whose gradients are differences."""
    h = 1e-4
    steps = h * np.diag(a.unit)
    values, errors = [], []
    for effect in effects:
        gradient = (effect(a.theta + steps) - effect(a.theta - steps)) / (2.0 * h * a.unit[:, None])  # (q, K)
        values.append(effect(a.theta))
        errors.append(np.sqrt(np.einsum("ik,ij,jk->k", gradient, a.fit.covariance, gradient)))
    value, se = np.array(values).T.ravel(), np.array(errors).T.ravel()  # category by category
    assert_allclose(found.effect, value, rtol=1e-6, atol=1e-9)  # type: ignore[attr-defined]
    assert_allclose(found.se, se, rtol=1e-5, atol=1e-8)  # type: ignore[attr-defined]
    assert_allclose(found.statistic, value / se, rtol=1e-4, atol=1e-6)  # type: ignore[attr-defined]
    half = a.t.ppf(0.975) * se
    assert_allclose(found.upper, value + half, rtol=1e-5, atol=1e-7)  # type: ignore[attr-defined]


@question("marginal_effects")
def marginal_effects(a: Asked) -> None:
    x, h = a.table.x, 1e-4

    def slope(theta: Floats) -> Floats:
        return (_average(a, theta, x=x + h) - _average(a, theta, x=x - h)) / (2.0 * h)

    levels = [_of_level(a, "b", "a"), _of_level(a, "c", "a")]
    _compare(a, a.fit.marginal_effects(), [slope, *levels])


@question("contrasts")
def contrasts(a: Asked) -> None:
    pairs = [("b", "a"), ("c", "a"), ("c", "b")]
    _compare(a, a.fit.contrasts("g"), [_of_level(a, *pair) for pair in pairs])
    numbers = [lambda theta: _average(a, theta, x=1.0) - _average(a, theta, x=-1.0)]
    _compare(a, a.fit.contrasts("x", values=[-1.0, 1.0]), numbers)


def _of_level(a: Asked, level: str, base: str) -> Callable[[Floats], Floats]:
    return lambda theta: _average(a, theta, g=level) - _average(a, theta, g=base)
