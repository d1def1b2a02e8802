"""Are the standard errors those of rows that vary as the model says? Robust against own, coefficient by coefficient.

    V_j = sum_i w_i (v_ij^T u~_i)^2,  v_ij = J_i B_j,   own_j = sum_i w_i v_ij^T W_i v_ij

u~ are the scores corrected for leverage (HC2, unbiased where the model is true), B the inverse information: V is the
variance of coefficient j whatever the rows' variances are, `own` the one that trusts the likelihood. Chance is White's
test of the difference for each coefficient, the information matrix test: z = sum_i w_i q_i / sd, q_i = (v^T u)^2 - v^T
W v, the sd being that of q beside the scores, as parameters were estimated. Of numbers also Glejser's test, whether
sizes of residuals go with the columns: it sees more, and the size of the effect is still that of V. Source: White,
Econometrica 48 (1980), 817-838 and 50 (1982), 1-25; Glejser, JASA 64 (1969), 316-323; MacKinnon & White (1985).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from scipy import special

from stattools.data.rows.rows import Block, Rows
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.covariance.sandwich import NO_LEVERAGE, Sandwich, Scores, unshrunk
from stattools.inference.diagnostics.checks.check import CHANCE, LIMITS, Check, judged
from stattools.inference.diagnostics.checks.errors_beside_levels import (
    LevelErrors,
    level_errors,
    regression_on_columns,
)
from stattools.inference.diagnostics.checks.looked_at import LookedAt
from stattools.interface.arrays import Floats
from stattools.likelihoods import Likelihood
from stattools.likelihoods.outcomes import Outcome
from stattools.text.columns import number

TOO_WIDE, WIDE = 2.0 / 3.0, 1.2
"""Standard errors that are too large by half are worth a look, being on the safe side, and no more than that."""
UNEVEN = 0.25
"""Sizes of residuals that vary more than that with the columns are worth a look in any case."""
CELLS = 2_000_000
"""Numbers that are made at a time."""
VARIES_FREELY = (Outcome.REAL, Outcome.POSITIVE, Outcome.UNIT)
"""Outcomes whose variance is a matter of its own, beside their mean."""


class ErrorSums(NamedTuple):
    """Sums over rows, by coefficient: robust variance, q, squares of q and of `own`, q times scores; scores squared."""

    robust: Floats
    gap: Floats
    square: Floats
    own: Floats
    cross: Floats
    scores: Floats
    size: Floats

    def __add__(self, other: ErrorSums) -> ErrorSums:  # type: ignore[override]
        return ErrorSums(*(one + more for one, more in zip(self, other, strict=True)))

    @property
    def explained(self) -> Floats:
        """What the scores explain of q^2, by coefficient."""
        return np.einsum("js,js->j", self.cross, np.linalg.lstsq(self.scores, self.cross.T, rcond=None)[0].T)

    @property
    def of_sizes(self) -> tuple[float, float] | None:
        """Glejser's test, where there is one."""
        return glejser(self.size) if len(self.size) else None


@dataclass(frozen=True, eq=False)
class OfRows:
    """The sums over the rows of a batch; small enough to be sent to where the batch is."""

    terms: Scores
    B: Floats
    kind: str
    scale: float
    has_scale: bool
    factor: float

    def __call__(self, rows: Rows) -> ErrorSums:
        size = max(256, CELLS // (self.B.size or 1))
        start, total = 0, None
        for block in rows.blocks(min(size, rows.block_size)):
            part = slice(start, start + len(block.X))
            weight, precision = (None if v is None else v[part] for v in (rows.weight, rows.precision))
            found = self._of(block, weight, precision, start)
            total, start = found if total is None else total + found, part.stop
        assert total is not None
        return total

    def _of(self, block: Block, weight: Floats | None, precision: Floats | None, start: int) -> ErrorSums:
        terms = self.terms
        predictor, m = terms.predictor, len(block.X)
        eta, _ = predictor.forward(terms.phi, block)
        u, W = terms.likelihood.evaluate(eta, block.y)[1:]
        if precision is not None:
            u, W = (of * precision.reshape(-1, *[1] * (of.ndim - 1)) for of in (u, W))
        G = predictor.covariance(block.X, terms.C)
        corrected = (
            unshrunk(u, W, G if u.ndim > 1 else G[:, 0, 0], self.kind, 1.0, start)
            if self.kind not in NO_LEVERAGE
            else u
        )
        times = np.ones(m) if weight is None else weight
        s = predictor.row_scores(block.X, u)
        if u.ndim == 1:
            v = block.X @ self.B.T
            own, plain, robust = v * v * W[:, None], v * u[:, None], v * corrected[:, None]
        else:
            v = predictor.forward_many(self.B, block.X, None)
            own = np.einsum("jma,mab,jmb->mj", v, W, v, optimize=True)
            plain, robust = (np.einsum("jma,ma->mj", v, of) for of in (u, corrected))
        own *= self.scale**2 * self.factor
        q = plain * plain - own
        if self.has_scale:  # it was estimated too
            s = np.column_stack([s, u * u / W / self.scale**2 - 1.0])
        size, weighty = self._sizes(eta, block, times, precision), s * times[:, None]
        sums = (times @ robust**2, times @ q, times @ q**2, times @ own**2)
        return ErrorSums(*sums, q.T @ weighty, s.T @ weighty, size)

    def _sizes(self, eta: Floats, block: Block, times: Floats, precision: Floats | None) -> Floats:
        """Sums for a regression of the sizes of residuals on the columns: [1, X, |r|] with itself."""
        r = residual_sizes(self.terms.likelihood, eta, block.y, precision, has_scale=self.has_scale)
        if r is None:
            return np.zeros((0, 0))
        Z = np.column_stack([np.ones(len(r)), block.X, r])
        return Z.T @ (Z * times[:, None])


def residual_sizes(family: Likelihood, eta: Floats, y: Floats, precision: Any, *, has_scale: bool) -> Floats | None:
    """Sizes of Pearson's residuals, (m,), at scale 1; None where the variance is no matter of its own, or unknown."""
    if family.outcome not in VARIES_FREELY:
        return None
    try:
        mean = family.mean(eta)
        variance = np.ones(len(eta)) if has_scale else family.variance(eta, y)
    except IncompatibleError:  # a likelihood of the caller's, who gave none
        return None
    return np.abs(family.observed(y) - mean) / np.sqrt(variance if precision is None else variance / precision)


def standard_errors(of: LookedAt, name: str) -> Check:
    """The check by this name: the coefficient whose robust standard error differs most from its own."""
    of.require_errors()
    model, asked = of.model, of.asked
    factor = of.pearson.ratio if of.is_quasi and of.pearson is not None else 1.0
    work = partial(_sums(of), scale=of.fit.scale, has_scale=model.has_scale, factor=factor)
    try:
        sums, small = work(kind="HC2"), 1.0
    except DomainError:  # a row alone fixes a coefficient, and has no error of its own
        sums, small = work(kind="HC0"), model.n / max(model.n - len(of.theta), 1.0)
    if not (of.fit.covariance.diagonal()[asked] > 0.0).all():
        raise IncompatibleError(f"a standard error of {model.title} with cov={of.fit.cov} is 0.")
    ratio = np.sqrt(small * sums.robust / of.fit.covariance.diagonal()[asked])
    p = np.minimum(len(asked) * _p_values(sums), 1.0)
    uneven = 0.0
    if (tested := sums.of_sizes) is not None:
        uneven, of_sizes = tested
        p = np.minimum(1.0, 2.0 * np.minimum(p, of_sizes))
    size = np.where(ratio < TOO_WIDE, WIDE, ratio)
    worst = int(np.argmax(np.where(p < CHANCE, size, 1e-3 * ratio)))  # of those that chance makes the largest
    value, term = float(ratio[worst]), model.names[asked[worst]]
    measure = f"robust / own standard error of {term}"
    if not of.trusts:
        return Check(name, f"{measure}, which allows for it ({of.fit.cov.split('(')[0]})", value, p_value=p[worst])
    found, advice = float(size[worst]), _advice(of, value)
    if found <= LIMITS[name].look and uneven > UNEVEN:
        found = WIDE
        advice = (
            f"Residuals differ in size by {number(100.0 * uneven, 2)} % (sd) with the columns: these standard errors "
            'hardly notice, intervals of observations do. cov="HC3", or a model of the variance.'
        )
    return judged(name, measure, value, advice, size=found, p_value=float(p[worst]), term=term)


def _sums(of: LookedAt) -> Callable[..., ErrorSums | LevelErrors]:
    """What makes the sums over all rows."""
    model = of.model
    if (levels := of.beside_levels) is not None:
        eta, rows = levels.work.eta(levels.phi), levels.work.rows
        r = residual_sizes(model.likelihood, eta, rows.y, rows.precision, has_scale=model.has_scale)
        tested = None if r is None else _judged_sizes(*regression_on_columns(levels.X, r, rows.weight))
        return partial(level_errors, levels, of.asked, of_sizes=tested)
    sandwich = Sandwich.of(model, of.theta, of.bread)

    def of_rows(**given: Any) -> ErrorSums:
        return sandwich.work.rows.gather(OfRows(sandwich.terms, sandwich.B[of.asked], **given))

    return of_rows


def _p_values(sums: ErrorSums | LevelErrors) -> Floats:
    spread = np.maximum(sums.square - sums.explained, 2.0 * sums.own)  # at least that of normal outcomes
    z = np.divide(sums.gap, np.sqrt(spread), out=np.zeros_like(spread), where=spread > 0)
    return 2.0 * special.ndtr(-np.abs(z))


def glejser(sums: Floats) -> tuple[float, float]:
    """By how much |r| varies with the columns, its standard deviation over its mean, and how often chance makes that:
    n R^2 of |r| on the columns.
    """
    inner, cross = sums[:-1, :-1], sums[:-1, -1]
    found, _, rank, _ = np.linalg.lstsq(inner, cross, rcond=1e-10)
    return _judged_sizes(sums[0, 0], cross[0], sums[-1, -1], float(cross @ found), int(rank))


def _judged_sizes(n: float, total: float, square: float, explained: float, rank: int) -> tuple[float, float]:
    """The same from n, the sum of |r| and of its squares, what the columns explain of these, and their rank."""
    mean = total / n
    whole = square - n * mean * mean
    by_columns = float(np.clip(explained - n * mean * mean, 0.0, whole))
    if rank < 2 or not whole > 0.0:
        return 0.0, 1.0
    return float(np.sqrt(by_columns / n)) / mean, float(special.chdtrc(rank - 1, n * by_columns / whole))


def _advice(of: LookedAt, value: float) -> str:
    if value < 1.0:
        wide = number(1.0 / value, 3)
        return f'Standard errors are up to {wide} times too large, on the safe side: cov="robust" has narrower ones.'
    cov = "HC3" if of.model.has_scale else "robust"
    what = f'Standard errors are up to {number(value, 3)} times too small: st.fit(model, cov="{cov}")'
    if of.likelihood.outcome in VARIES_FREELY:
        return f"{what}, or a model of the variance."
    return f"{what}; see overdispersion, link and form for why."
