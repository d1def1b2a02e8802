"""Do outcomes fall where the model says? The share of rows below each quantile that it predicts, and that of zeros.

    gap = max_u |mean_i w_i P_i(u) - u|,   P_i(u) = clip((u - F_i(y_i - 1)) / (F_i(y_i) - F_i(y_i - 1)), 0, 1)

over u = 0.02, 0.04 ... 0.98; of a continuous outcome P_i(u) is 1 where F_i(y_i) <= u, else 0. No seed is needed for
counts. Estimates and their standard errors hardly rest on it; intervals of single observations do. Chance is
Kolmogorov's, which estimated parameters make smaller, and for normal errors Lilliefors's in the form of Dallal &
Wilkinson. Source: Czado, Gneiting & Held, Biometrics 65 (2009), 1254-1261; Lilliefors, JASA 62 (1967), 399-402; Dallal
& Wilkinson, American Statistician 40 (1986), 294-296; excess zeros: van den Broek, Biometrics 51 (1995), 738-743.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy import special

from stattools.data.rows.rows import Block, Rows
from stattools.errors import IncompatibleError
from stattools.inference.diagnostics.checks.check import Check, judged
from stattools.inference.diagnostics.checks.looked_at import LookedAt
from stattools.interface.arrays import Floats
from stattools.likelihoods import Likelihood
from stattools.models.predictors.linear import Linear
from stattools.text.columns import number

LEVELS = np.linspace(0.02, 0.98, 49)


def distribution(of: LookedAt) -> Check:
    """The largest gap between the distribution of the outcomes and the predicted ones."""
    of.require_errors()
    scale = of.fit.scale if of.model.has_scale else None
    if scale is None:
        _require_cdf(of)
    work = partial(_of_rows, of.likelihood, of.model.predictor, of.theta, scale)
    total, weight = of.model.rows.gather(work)
    return of_shares(total, weight, "distribution", is_normal=scale is not None)


def _require_cdf(of: LookedAt) -> None:
    try:
        of.likelihood.require("cdf")
    except IncompatibleError:
        why = f"{of.model.title} does not say how probable an outcome up to a value is, only how probable it is itself."
        raise IncompatibleError(why) from None


def of_shares(total: Floats, weight: Floats, name: str, *, is_normal: bool) -> Check:
    """The check of sums of shares at each level and of weights; `is_normal` where mean and scale were estimated."""
    n = float(weight[0])
    share = total / n
    gap = share - LEVELS
    worst = int(np.argmax(np.abs(gap)))
    p = (lilliefors if is_normal else kolmogorov)(float(np.abs(gap[worst])), n)
    of_all, below = 100.0 * LEVELS[worst], 100.0 * share[worst]
    advice = (
        f"{number(below, 3)} % fall below what should be the {of_all:.0f} % quantile: do not trust intervals of single "
        "observations; estimates hardly rest on it where there are many."
    )
    return judged(
        name,
        "largest gap of the distribution, in shares",
        float(np.abs(gap).max()),
        advice,
        p_value=p,
        detail=(below, of_all),
    )


def kolmogorov(gap: float, n: float) -> float:
    """How often n outcomes of a known distribution have a gap as large."""
    return float(special.kolmogorov(np.sqrt(n) * gap))


def lilliefors(gap: float, n: float) -> float:
    """The same of normal outcomes whose mean and standard deviation were estimated; 1 where that is often.

    >>> round(lilliefors(0.1035, 100.0), 2)
    0.01
    """
    z = gap * np.sqrt(n + 2.78019)
    p = np.exp(-7.01256 * z * z + 2.99587 * z - 0.122119 + 0.974598 / np.sqrt(n) + 1.67997 / n)
    return float(p) if p < 0.1 else 1.0


def shares(below: Floats, upto: Floats) -> Floats:
    """P_i(u) of each row and level, from F(y - 1) and F(y)."""
    step = (upto - below)[:, None]
    whole = np.divide(LEVELS - below[:, None], step, out=(upto[:, None] <= LEVELS).astype(float), where=step > 1e-12)
    return np.clip(whole, 0.0, 1.0)


def _of_rows(likelihood: Likelihood, predictor: Linear, theta: Floats, scale: float | None, rows: Rows) -> Floats:
    found, start = np.zeros((2, len(LEVELS))), 0
    for block in rows.blocks():
        part = slice(start, start + len(block.y))
        start = part.stop
        weight = np.ones(len(block.y)) if rows.weight is None else rows.weight[part]
        eta = predictor.forward(theta, block)[0]
        if scale is not None:
            root = 1.0 if rows.precision is None else np.sqrt(rows.precision[part])
            below = upto = special.ndtr(root * (block.y - eta) / scale)
        else:
            below, upto = likelihood.tails(eta, block.y)[0]
        some = np.where(likelihood.trials_of(block.y) > 0, weight, 0.0)
        each = shares(below, upto)
        found += np.stack([some @ each, np.full(len(LEVELS), some.sum())])
    return found


def zeros(of: LookedAt) -> Check | None:
    """The share of zeros, observed less expected; None of a family that has none."""
    _require_cdf(of)
    part = partial(_zeros, of.likelihood, of.model.predictor, of.theta)
    observed, expected, variance = of.model.rows.total(part)
    n = of.model.n
    if expected <= 1e-12 * n and observed == 0:
        return None
    gap, z = (observed - expected) / n, (observed - expected) / np.sqrt(max(float(variance), 1e-12))
    p = float(2.0 * special.ndtr(-abs(z)))
    told = f"{number(100 * observed / n, 3)} % are zeros, the model expects {number(100 * expected / n, 3)} %: "
    more = "st.zero_inflated or st.hurdle, or st.negative_binomial if counts are spread as a whole."
    if of.likelihood.others:
        more = "st.zero_inflated or st.hurdle."
    advice = told + (more if gap > 0 else 'a family with fewer zeros, or cov="robust".')
    measure = "share of zeros, observed less expected"
    return judged(
        "zeros", measure, float(gap), advice, size=abs(float(gap)), p_value=p, detail=(observed / n, expected / n)
    )


def _zeros(likelihood: Likelihood, predictor: Linear, theta: Floats, block: Block) -> Floats:
    eta = predictor.forward(theta, block)[0]
    weight = np.ones(len(eta)) if block.weight is None else block.weight
    expected = likelihood.cdf(eta, np.zeros(len(eta)))
    if not np.isfinite(expected).all():
        raise IncompatibleError(f"{type(likelihood).__name__} says no probability of a zero in some rows.")
    return np.array([weight @ (block.y == 0), weight @ expected, weight @ (expected * (1.0 - expected))])
