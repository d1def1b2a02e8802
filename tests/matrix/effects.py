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
    if a.has_several:
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
    assert_allclose(found.estimate, value, rtol=1e-6, atol=1e-9)  # type: ignore[attr-defined]
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
    adjusted = a.fit.contrasts("g", adjust="bonferroni")  # of each category by itself
    assert_allclose(adjusted.p_value, np.minimum(3.0 * a.fit.contrasts("g").p_value, 1.0), rtol=1e-9)


@question("means")
def means(a: Asked) -> None:
    """Averages over the rows; over the grid the mean at its average row."""
    found = a.fit.means("g")
    wanted = np.stack([_average(a, a.theta, g=level) for level in "abc"])  # (levels, K)
    assert_allclose(found.estimate, wanted.T.ravel(), rtol=1e-7)
    assert ((found.lower < found.estimate) & (found.estimate < found.upper)).all()
    if not a.has_several:
        h, steps = 1e-4, 1e-4 * np.diag(a.unit)
        slopes = (_average(a, a.theta + steps, g="b") - _average(a, a.theta - steps, g="b"))[:, 0] / (2.0 * h * a.unit)
        assert_allclose(found.se[1], np.sqrt(slopes @ a.fit.covariance @ slopes), rtol=1e-5)


@question("means(over='grid')", refused=("softmax", "ordinal"))
def means_over_the_grid(a: Asked) -> None:
    x = a.weight @ a.table.x / a.weight.sum()
    shift = a.beside("offset") + np.log(a.beside("exposure"))
    eta = a.theta[0] + a.theta[1] * x + np.array([0.0, a.theta[2], a.theta[3]]) + a.weight @ shift / a.weight.sum()
    wide = np.column_stack([eta, np.repeat(a.theta[None, 4:], 3, axis=0)]) if a.model.predictor.width > 1 else eta
    assert_allclose(a.fit.means("g", over="grid").estimate, a.model.likelihood.mean(wide), rtol=1e-7)
    pairs = a.fit.contrasts("g", over="grid")
    assert_allclose(pairs.estimate, [a.theta[2], a.theta[3], a.theta[3] - a.theta[2]], rtol=1e-7)


@question("function")
def function_of_the_coefficients(a: Asked) -> None:
    first, second = a.fit.names[:2]
    found = a.fit.function(lambda b: -b[first] / b[second])
    slopes = np.array([-1.0 / a.theta[1], a.theta[0] / a.theta[1] ** 2])
    assert_allclose(found.estimate, -a.theta[0] / a.theta[1], rtol=1e-12)
    assert_allclose(found.se, np.sqrt(slopes @ a.fit.covariance[:2, :2] @ slopes), rtol=1e-6)


def _of_level(a: Asked, level: str, base: str) -> Callable[[Floats], Floats]:
    return lambda theta: _average(a, theta, g=level) - _average(a, theta, g=base)
