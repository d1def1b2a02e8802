"""A regression with random effects of one grouping against its integral by brute force.

The trapezoidal rule on a dense grid stands in the place of adaptive quadrature, SciPy's densities in that of ours, and
complex steps in that of scores. One step of Newton's method from our estimate is where the maximum of that integral is:
how far away that is, in standard errors, says how good both integral and climb are.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.models.mixed.by_quadrature import is_integrated
from stattools.validation.agreement import SECOND, Agreement, compared, fewest
from stattools.validation.checks.curved_regressions import validate_curves
from stattools.validation.references.densities import DENSITIES, named
from stattools.validation.references.group_integrals import group_integrals, nodes_of

SAME, SAME_RATIO, SAME_VALUE = 1e-5, 1e-4, 1e-7
"""Standard errors, their relative difference, and that of log-likelihoods, which count as none."""
WORST = 1e15
"""The condition of second derivatives on a unit diagonal from which differences cannot tell them from singular ones."""
MOST = 1e8
"""Rows times nodes times derivatives of the largest integral that is made again: about a minute."""


def validate_mixed_regression(fit: Any) -> Agreement:
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
    size = float(len(model.rows.X)) * len(nodes_of(sum(widths))) * 2.0 * len(free) ** 2
    if size > MOST:
        raise IncompatibleError(
            f"validate makes the integral of {model.title} again on a grid, which for {len(model.rows.X):,} rows and "
            f"{sum(widths)} effects of a group takes {size:.0e} densities, more than {MOST:.0e}. Validate a fit to "
            "some of the groups: their integral is made in the same way."
        )
    again = group_integrals(model, theta)
    unit = np.sqrt(np.maximum(found.whole_covariance.diagonal(), 0.0))
    unit = np.where(unit > 0.0, unit, 0.1)
    score, H = again.slopes(theta)[free], again.information(theta, unit)[np.ix_(free, free)]
    unit = np.sqrt(np.abs(H.diagonal()))
    if not np.isfinite(H).all() or not unit.all() or np.linalg.cond(H / unit[:, None] / unit) > WORST:
        raise IncompatibleError(
            f"validate makes the second derivatives of {model.title} by differences, column by column of X, and next "
            "to this fit likelihoods are beyond float64: a column lies far from 0 for its spread, or an outcome is "
            "all but impossible. Take center(x) of such a column."
        )
    inverse = np.linalg.inv(H)
    away = np.zeros(len(theta))
    away[free] = inverse @ score
    decrement, loglik = float(np.sqrt(max(score @ inverse @ score, 0.0))), float(again.value(theta))
    se = np.sqrt(np.maximum(inverse.diagonal()[:p], 0.0))
    rows = _rows(fit, theta + away, se)
    apart = float(np.abs(rows["difference_in_se"][:p]).max())
    ratio = float(np.abs(fit.se / se - 1.0).max())
    close = abs(loglik - fit.loglik) <= SAME_VALUE * (1.0 + abs(loglik))
    ok = apart <= SAME and ratio <= SAME_RATIO and close and decrement <= SAME
    name = f"{SECOND}, the integral over effects on a dense grid,"
    many = f"{p} coefficient{'' if p == 1 else 's'}"
    if ok:
        sentence = (
            f"{name} agrees: the same {many} (digits: {fewest(rows[:p])}), standard errors (digits: "
            f"{fewest(rows[:p], 'se_digits')}), standard deviations of effects and log-likelihood; its maximum is "
            f"within {max(decrement, 1e-8):.0e} standard errors of ours."
        )
    else:
        how = "Laplace's approximation" if found.said.nodes == 1 else f"of {found.said.nodes} nodes"
        more = f" The fit's integral is {how}: leave integral= and nodes= out, so that nodes are doubled."
        sentence = (
            f"{name} differs: its maximum is {decrement:.2g} standard errors away, a coefficient {apart:.2g}, standard "
            f"errors differ by {ratio:.1e} of them, log-likelihoods by {fit.loglik - loglik:+.3g}.{more}"
        )
    return Agreement(rows, fit.loglik, loglik, name, True, found.decrement, decrement, ok, sentence)


def _moving(roots: Any) -> Any:
    """Which entries of the roots move: not those of columns that are 0, along which the score is 0 by symmetry."""
    return np.concatenate([np.abs(root).max(axis=0)[np.tril_indices(len(root))[1]] > 0.0 for root in roots])


def _rows(fit: Any, reference: Floats, se: Floats) -> Any:
    """Coefficients with standard errors, then standard deviations of effects."""
    k = len(fit.names)
    names, sds, theirs = list(fit.names), [], []
    for term, root in zip(fit.model.random, fit.found.roots, strict=True):
        other = np.zeros_like(root)
        at = np.tril_indices(len(root))
        other[at] = reference[k : k + len(at[0])]
        k += len(at[0])
        names += [f"sd({column} | {term.group})" for column in term.columns]
        sds += np.sqrt((root**2).sum(axis=1)).tolist()
        theirs += np.sqrt((other**2).sum(axis=1)).tolist()
    none = np.full(len(sds), np.nan)
    p = len(fit.names)
    found = compared(
        {"term": names},
        np.concatenate([fit.estimate, sds]),
        np.concatenate([reference[:p], theirs]),
        unit=np.concatenate([fit.se, none]),
        se=np.concatenate([fit.se, none]),
        reference_se=np.concatenate([se, none]),
        known=8.0,
    )
    found.loc[p:, "difference_in_se"] = np.nan  # they have no standard error
    return found
