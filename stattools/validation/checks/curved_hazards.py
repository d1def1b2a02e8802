"""Cox's regression with curves against its partial likelihood written again, penalized and integrated by differences.

    V = l(c^) - |b^|^2 / (2 tau^2) - (k - 2) log tau - log|H| / 2 + p log(2 pi) / 2 + log |lines|,   H = -l'' + P

One step of Newton's method from our estimate is where the penalized maximum of the second form is; l'' are differences
of fourth order of the log-likelihood alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.validation.references.likelihoods import partial_likelihood
from stattools.validation.verdict import SECOND, Agreement, compared, fewest

SAME, SAME_RATIO, SAME_VALUE, SAME_SLOPE = 1e-5, 1e-4, 1e-7, 1e-3
"""Standard errors, their relative difference, that of log-likelihoods and what slopes move, which count as none."""
STEP, ASIDE = 0.03, 1e-2
"""Of differences in standard errors, and in the logarithm of a standard deviation."""
MOST = 5e9
"""Rows times event times times the square of coefficients, beyond which the second form takes minutes."""


def validate_curved_cox(fit: Any) -> Agreement:
    """The agreement of coefficients, standard errors and restricted log-likelihood, and how far the slopes of the
    second form would move the standard deviations. Raises IncompatibleError for too many rows.
    """
    whole, found, p = fit._of_columns, fit.found, len(fit.names)
    taus, widths = found.taus, [term.width for term in fit.model.smooths]
    moving = np.concatenate([np.ones(p, dtype=bool), np.repeat(taus > 0.0, widths)])
    size = float(whole.model.said.n) * whole.model.sets.m * float(moving.sum()) ** 2
    if size > MOST:
        raise IncompatibleError(
            f"validate makes the partial likelihood of {whole.model.title} with curves again, which for "
            f"{whole.model.said.n:,} rows takes minutes. Validate a fit to some of the rows."
        )
    loglik, theta = partial_likelihood(whole), np.asarray(whole.estimate)
    units = np.sqrt(whole.covariance.diagonal())
    of = np.repeat(np.arange(len(taus)), widths)

    def at(sds: Floats, start: Floats, steps: int) -> tuple[float, Floats, Floats]:
        """V, the penalized maximum after so many Newton steps, and the inverse of H there."""
        P = np.concatenate([np.zeros(p), 1.0 / np.where(sds > 0.0, sds, 1.0)[of] ** 2])
        c, inverse = start, np.empty((0, 0))
        for turn in range(steps + 1):
            score, H = _derivatives(loglik, c, np.where(moving, units, 0.0))
            inverse = np.linalg.inv((H + np.diag(P))[np.ix_(moving, moving)])
            if turn < steps:
                c = c.copy()
                c[moving] += inverse @ (score - P * c)[moving]
        lines = sum(term.log_line for term in fit.model.smooths)
        value = loglik(c) - 0.5 * float(P @ c**2) + 0.5 * float(np.linalg.slogdet(inverse)[1]) + lines
        value -= sum(width * np.log(sd) for width, sd in zip(widths, sds.tolist(), strict=True) if sd > 0.0)
        return float(value + 0.5 * p * np.log(2.0 * np.pi)), c, inverse

    value, reference, inverse = at(taus, theta, 1)
    se = np.sqrt(inverse.diagonal()[:p])
    rows = compared(
        {"term": list(fit.names)}, fit.estimate, reference[:p], unit=fit.se, se=fit.se, reference_se=se, known=8.0
    )
    slopes, own = np.zeros(len(taus)), slice(len(found.theta) - len(taus), None)
    for j in np.flatnonzero(taus > 0.0):
        way = ASIDE * np.eye(len(taus))[j]
        ahead, behind = (at(taus * np.exp(side * way), reference, 2)[0] for side in (1.0, -1.0))
        slopes[j] = (ahead - behind) / (2.0 * ASIDE)
    unit = np.divide(1.0, taus, out=np.zeros(len(taus)), where=taus > 0.0)
    decrement = float(np.sqrt(max(slopes @ (unit[:, None] * found.whole_covariance[own, own] * unit) @ slopes, 0.0)))
    apart, ratio = float(np.abs(rows["difference_in_se"]).max()), float(np.abs(fit.se / se - 1.0).max())
    gap = fit.loglik - value
    close = abs(gap) <= SAME_VALUE * (1.0 + abs(value))
    ok = apart <= SAME and ratio <= SAME_RATIO and close and decrement <= SAME_SLOPE
    name = f"{SECOND}, the partial likelihood one event time after the other,"
    many = f"{p} coefficient{'' if p == 1 else 's'} (digits: {fewest(rows)})"
    sentence = (
        f"{name} agrees: the same {many}, standard errors (digits: {fewest(rows, 'se_digits')}) and restricted "
        f"log-likelihood; its slopes would move the standard deviations of curves by {max(decrement, 1e-6):.0e} "
        "standard errors."
        if ok
        else f"{name} differs: a coefficient lies {apart:.2g} standard errors away, standard errors differ by "
        f"{ratio:.1e} of them, restricted log-likelihoods by {gap:+.3g}, and its slopes would move standard deviations "
        f"of curves by {decrement:.2g} standard errors."
    )
    return Agreement(rows, fit.loglik, value, name, True, found.decrement, decrement, ok, sentence)


def _derivatives(loglik: Callable[[Floats], float], c: Floats, units: Floats) -> tuple[Floats, Floats]:
    """Score and information by differences of fourth order, along coefficients whose unit is not 0."""
    m, steps = len(c), STEP * units
    score, H = np.zeros(m), np.zeros((m, m))
    free = np.flatnonzero(units).tolist()

    def moved(j: int, a: float, k: int = 0, b: float = 0.0) -> float:
        at = c.copy()
        at[j] += a * steps[j]
        at[k] += b * steps[k]
        return loglik(at)

    here = loglik(c)
    for j in free:
        beside, beyond = ((moved(j, a), moved(j, -a)) for a in (1.0, 2.0))
        score[j] = (8.0 * (beside[0] - beside[1]) - (beyond[0] - beyond[1])) / (12.0 * steps[j])
        H[j, j] = (30.0 * here - 16.0 * sum(beside) + sum(beyond)) / (12.0 * steps[j] ** 2)
        for k in (one for one in free if one < j):
            near, far = (
                moved(j, a, k, a) - moved(j, a, k, -a) - moved(j, -a, k, a) + moved(j, -a, k, -a) for a in (1.0, 2.0)
            )
            H[j, k] = H[k, j] = -(16.0 * near - far) / (48.0 * steps[j] * steps[k])
    return score, H
