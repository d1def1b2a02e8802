"""Is a curve flat, or a straight line? The restricted likelihood ratio and its distribution, see `null_ratios`.

The numbers that it is made of are those of the model without the curve, all other variances held: of a normal outcome
exactly, of others by the scores and the information of the rows there, from which the other parameters are projected.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from stattools.errors import DomainError, quoted
from stattools.inference.hypotheses.result import TestResult
from stattools.inference.smooths.chosen import chosen
from stattools.inference.smooths.null_ratios import CurveNull
from stattools.interface.arguments import is_one_of, word_of
from stattools.interface.arrays import Floats
from stattools.interface.seeds import generator
from stattools.interface.whole_numbers import whole_number
from stattools.models.mixed.by_coefficients import ByCoefficients
from stattools.models.mixed.by_laplace import ByLaplace
from stattools.numerics.threads import one_blas_thread
from stattools.solvers.mixed.marginal_maximum import MarginalMaximum
from stattools.solvers.mixed.mixed_maximum import MixedMaximum

NULLS = {"flat": "is flat", "line": "is a straight line"}
"""What can be tested of a curve."""


def smooth_test(fit: Any, variable: str, null: str, draws: int, seed: Any) -> TestResult:
    """See `Smoothed.smooth_test`."""
    who = "fit.smooth_test"
    null = word_of(null, tuple(NULLS))
    if not is_one_of(null, tuple(NULLS)):
        raise DomainError(f'{who} has null="flat" and null="line"; got {quoted(null)}.')
    curves = chosen(fit, variable)
    if len(curves) != 1:
        names = ", ".join(quoted(curve.term.name) for curve in curves)
        raise DomainError(f"{who} tests one curve at a time, of {names}; got {quoted(variable)}.")
    count = whole_number(draws, f"{who}: draws", at_least=1)
    (curve,) = curves
    term = curve.term
    k, found = next(k for k, one in enumerate(fit.found.of_curves) if one is curve), fit.found
    with one_blas_thread():
        seen = ENGINES[type(found)](found, k)
        is_flat = null == "flat" and term.slope is not None
        statistic = seen.ratio(is_flat)
        drawn = seen.draws(is_flat, count, generator(seed))
    p_value = (1.0 + float((drawn >= statistic).sum())) / (1.0 + count)
    return TestResult(
        "restricted likelihood ratio",
        max(statistic, 0.0),
        1 + is_flat,
        p_value,
        (f"{term.name} {NULLS[null]}",),
        distribution="draws",
        note=_note(count, np.isinf(seen.free), len(found.model.random) + len(found.of_curves) > 1),
    )


def _note(count: int, is_asymptotic: bool, is_beside: bool) -> str:
    law = "distribution of many rows" if is_asymptotic else "exact distribution"
    held = ", the other variances held" if is_beside else ""
    return f"p-value by {count:,} draws of the {law} (Crainiceanu and Ruppert){held}."


def _of_normal(found: MixedMaximum, k: int) -> CurveNull:
    model, coordinates = found.model, found.coordinates
    theta = found.profile.theta.copy()
    theta[len(theta) - len(model.smooths) + k] = 0.0
    at = found.deviance.at(theta)
    made = model.curves
    whole, Q = made.whole(at), sum(made.sizes)
    end = int(np.sum(made.sizes[: k + 1]))
    own = slice(end - made.sizes[k], end)
    R, y = whole[own, Q:-1], whole[own, -1]
    inverse = at.inverse_gram
    A, U = whole[own, own] - R @ inverse @ R.T, y - R @ at.b
    line, across = 0.0, np.zeros(len(U))
    if model.smooths[k].slope is not None:
        way = coordinates.to_beta[model.smooths[k].slope]
        v = float(way @ inverse @ way)
        slope = coordinates.beta[model.smooths[k].slope] / coordinates.unit + float(way @ at.b)
        line, across = float(slope**2 / v), R @ inverse @ way / np.sqrt(v)
    return CurveNull.of(A, U, line, across, at.r2, found.deviance.n - found.deviance.p)


def _of_marginal(found: MarginalMaximum, k: int) -> CurveNull:
    return MARGINALS[type(found.marginal)](found, k)


def _of_coefficients(found: MarginalMaximum, k: int) -> CurveNull:
    by, theta = found.marginal, found.at.copy()
    theta[k] = 0.0
    at, of = by.at(theta), by.coefficients
    own, scales = of.blocks[k], at.scales
    down = at.information[own] * scales  # (q, m): what the curve has in common with all else
    solved = at.solve(down.T).T
    A, U = at.information[np.ix_(own, own)] - down @ solved.T, at.score[own]
    line, across, slope = 0.0, np.zeros(len(U)), by.smooths[k].slope
    if slope is not None:
        way = of.to_user[of.flat[slope]]
        v = float(way @ at.covariance @ way)
        line = float(way @ at.coefficients) ** 2 / v
        across = solved @ way / np.sqrt(v)
    return CurveNull.of(A, U, line, across)


def _by_rows(found: MarginalMaximum, k: int) -> CurveNull:
    by, theta = found.marginal, found.at.copy()
    theta[len(theta) - len(found.model.smooths) + k] = 0.0
    at = by.at(theta)
    score, w, H = at.mode.score[:, 0], at.mode.information[:, 0, 0], at.mode.penalized
    Z = np.asarray(by.columns.smooths[k])
    down = np.array([H.columns.down(w * z) for z in Z])  # (q, size): what the curve has in common with all else
    solved = np.array([H.solve(row) for row in down])
    A, U = (Z * w) @ Z.T - down @ solved.T, Z @ score
    if by.n_outer:
        J = by.jacobian(theta, at)[:, by.outer]
        G = Z @ J - solved @ np.array([H.columns.down(column) for column in J.T]).T
        K = by.fixed_metric(theta)
        A, U = A - G @ np.linalg.solve(K, G.T), U - G @ np.linalg.solve(K, by.score_of(at)[: by.n_outer])
    line, across, slope = 0.0, np.zeros(len(U)), found.model.smooths[k].slope
    if slope is not None:
        place = _place(found.model, slope)
        way: Floats = by.to_fixed @ by.of_flat
        v = float((by.to_fixed @ by.fixed_spread(theta) @ by.to_fixed.T)[place, place])
        line = float(by.to_fixed[place] @ by.fixed_at(theta)) ** 2 / v
        across = solved[:, by.flat] @ way[place] / np.sqrt(v)
    return CurveNull.of(A, U, line, across)


def _place(model: Any, column: int) -> int:
    """The number of the coefficient of a column of X among those of the first linear predictor."""
    columns = np.arange(model.X.shape[1])[model.fixed.predictor.first]
    return int(np.flatnonzero(columns == column)[0])


ENGINES: dict[type, Callable[[Any, int], CurveNull]] = {MixedMaximum: _of_normal, MarginalMaximum: _of_marginal}
"""What a maximum says of the model without a curve, by its kind."""
MARGINALS: dict[type, Callable[[MarginalMaximum, int], CurveNull]] = {
    ByLaplace: _by_rows,
    ByCoefficients: _of_coefficients,
}
"""The same of a `MarginalMaximum`, by the kind of its likelihood."""
