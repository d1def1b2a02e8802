"""A regression with random effects of one grouping against its integral by brute force.

The trapezoidal rule on a dense grid stands in the place of adaptive quadrature, SciPy's densities in that of ours, and
complex steps in that of scores. One step of Newton's method from our estimate is where the maximum of that integral is:
how far away that is, in standard errors, says how good both integral and climb are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import IncompatibleError
from stattools.inference.fits.mixed_fit import MixedFit
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.models.mixed.marginal import is_integrated
from stattools.validation.checks.curves import validate_curves
from stattools.validation.references.densities import DENSITIES, named
from stattools.validation.references.integrals import GroupIntegrals, group_integrals, usual_nodes
from stattools.validation.verdict import SECOND, Agreement, fewest, with_deviations

SAME, SAME_RATIO, SAME_VALUE = 1e-5, 1e-4, 1e-7
"""Standard errors, their relative difference, and that of log-likelihoods, which count as none."""
UNSURE, ROUND_OFF = 1e-2, 1e-7
"""Standard errors: from the first on an error of the grid leaves no verdict, below the second it needs no word."""
WORST = 1e15
"""The condition of second derivatives on a unit diagonal from which differences cannot tell them from singular ones."""
MOST = 1e8
"""Rows times nodes times derivatives of the largest integral that is made again: about a minute."""

MOST_NODES = 10_000
"""Of a group, more than which no integral needs that is worth a fit."""


def validate_mixed_regression(fit: MixedFit) -> Agreement:
    """The agreement with the integral by brute force, and with curves with that of dense matrices. Raises
    IncompatibleError where effects are crossed or nested, and where the grid would take too long.
    """
    model, found = fit.model, fit.found
    if model.smooths:
        return validate_curves(fit)
    if not is_integrated(model.random):
        raise IncompatibleError(
            f"validate has no reference for {model.title} with several groupings: statsmodels fits none by maximum "
            "likelihood, and a grid over all effects is too large. fit.integral has the error of Laplace's "
            "approximation; validate a fit with one grouping."
        )
    if named(model.fixed) not in DENSITIES:
        raise IncompatibleError(f"validate has no second form of the likelihood of {model.title}.")
    p, widths = len(fit.names), [len(term.columns) for term in model.random]
    theta = np.concatenate([fit.estimate, *(root[np.tril_indices(len(root))] for root in found.roots)])
    free = np.append(np.arange(p), p + np.flatnonzero(_moving(found.roots)))
    each = float(len(model.rows.X)) * 2.0 * len(free) ** 2
    size = each * usual_nodes(sum(widths))
    if size > MOST:
        raise IncompatibleError(
            f"validate makes the integral of {model.title} again on a grid, which for {len(model.rows.X):,} rows and "
            f"{sum(widths)} effects of a group takes {size:.0e} densities, more than {MOST:.0e}. Validate a fit to "
            "some of the groups: their integral is made in the same way."
        )
    unit = np.sqrt(np.maximum(found.whole_covariance.diagonal(), 0.0))
    unit = np.where(unit > 0.0, unit, 0.1)
    grids = group_integrals(model, theta, min(MOST / each, MOST_NODES))
    coarser, again = (_step(one, theta, free, unit, p) for one in reversed(grids))
    rows = _rows(fit, theta + again.away, again.se)
    loglik, decrement = again.loglik, again.decrement
    apart = float(np.abs(rows["difference_in_se"][:p]).max())
    ratio = float(np.abs(fit.se / again.se - 1.0).max())
    # what the last division of the grid changed is the error of the reference, and none of the fit
    value_error = abs(loglik - coarser.loglik)
    step_error = max(float(np.abs((again.away - coarser.away)[:p] / fit.se).max()), abs(decrement - coarser.decrement))
    ratio_error = float(np.abs(coarser.se / again.se - 1.0).max())
    if not max(step_error, ratio_error) <= UNSURE:
        raise IncompatibleError(
            f"validate makes the integral of {model.title} again on a grid, and the finest that takes a minute is off "
            f"by {max(step_error, ratio_error):.1e} standard errors itself. Validate a fit to some of the groups."
        )
    close = abs(loglik - fit.loglik) - value_error <= SAME_VALUE * (1.0 + abs(loglik))
    ok = max(apart, decrement) - step_error <= SAME and ratio - ratio_error <= SAME_RATIO and close
    name = f"{SECOND}, the integral over effects on a dense grid,"
    many = f"{p} coefficient{'' if p == 1 else 's'}"
    if ok:
        sentence = (
            f"{name} agrees: the same {many} (digits: {fewest(rows[:p])}), standard errors (digits: "
            f"{fewest(rows[:p], 'se_digits')}), standard deviations of effects and log-likelihood; its maximum is "
            f"within {max(decrement, 1e-8):.0e} standard errors of ours."
        )
    else:
        nodes = found.said.nodes
        how = "Laplace's approximation" if nodes == 1 else f"of {nodes} nodes"
        more = f" The fit's integral is {how}: st.fit(model, nodes={max(2 * nodes + 1, 15)}) is nearer."
        sentence = (
            f"{name} differs: its maximum is {decrement:.2g} standard errors away, a coefficient {apart:.2g}, standard "
            f"errors differ by {ratio:.1e} of them, log-likelihoods by {fit.loglik - loglik:+.3g}.{more}"
        )
    notes = (
        (f"the grid's own error, {step_error:.0e} standard errors, is allowed for.",) if step_error > ROUND_OFF else ()
    )
    return Agreement(rows, fit.loglik, loglik, name, True, found.decrement, decrement, ok, sentence, notes)


@record
class GridStep:
    """What one integral says at the estimate: log L, the step of Newton's method `away`, its length in standard errors,
    and the standard errors of the coefficients.
    """

    loglik: float
    away: Floats
    decrement: float
    se: Floats


def _step(integral: GroupIntegrals, theta: Floats, free: NDArray[np.int_], unit: Floats, p: int) -> GridStep:
    score, H = integral.slopes(theta)[free], integral.information(theta, unit)[np.ix_(free, free)]
    size = np.sqrt(np.abs(H.diagonal()))
    if not np.isfinite(H).all() or not size.all() or np.linalg.cond(H / size[:, None] / size) > WORST:
        raise IncompatibleError(
            f"validate makes the second derivatives of {integral.model.title} by differences, column by column of X, "
            "and next to this fit likelihoods are beyond float64: a column lies far from 0 for its spread, or an "
            "outcome is all but impossible. Take center(x) of such a column."
        )
    inverse = np.linalg.inv(H)
    away = np.zeros(len(theta))
    away[free] = inverse @ score
    decrement = float(np.sqrt(max(score @ inverse @ score, 0.0)))
    return GridStep(float(integral.value(theta)), away, decrement, np.sqrt(np.maximum(inverse.diagonal()[:p], 0.0)))


def _moving(roots: Sequence[Floats]) -> NDArray[np.bool_]:
    """Which entries of the roots move: not those of columns that are 0, along which the score is 0 by symmetry."""
    return np.concatenate([np.abs(root).max(axis=0)[np.tril_indices(len(root))[1]] > 0.0 for root in roots])


def _rows(fit: MixedFit, reference: Floats, se: Floats) -> Any:
    k = len(fit.names)
    sds: dict[str, tuple[float, float]] = {}
    for term, root in zip(fit.model.random, fit.found.roots, strict=True):
        other = np.zeros_like(root)
        at = np.tril_indices(len(root))
        other[at] = reference[k : k + len(at[0])]
        k += len(at[0])
        each = zip(np.sqrt((root**2).sum(axis=1)), np.sqrt((other**2).sum(axis=1)), strict=True)
        sds |= dict(zip((f"sd({column} | {term.group})" for column in term.columns), each, strict=True))
    return with_deviations(fit, reference[: len(fit.names)], se, sds, known=8.0)
