"""The restricted likelihood ratio of a curve against a line, or against nothing, and how it is distributed there.

    w_s = (q_s'Z'P y)^2 / mu_s,   Z'P Z = Q diag(mu) Q',   P = V_0^-1 - V_0^-1 X (X'V_0^-1 X)^-1 X'V_0^-1

with V_0 that of all else in the model. Where there is no curve the w_s are independent sigma^2 chi2_1, what is left
of y is r = sigma^2 chi2 of the other contrasts, and for one ratio lambda of variances the likelihood ratio is

    S = sum w_s + r,   D = sum w_s / (1 + lambda mu_s) + r
    line   max_lambda  d log(S / D) - sum_s log(1 + lambda mu_s)
    flat   the same with S + w_line, and in the sum the eigenvalues nu of Z'P_0 Z, where P_0 has no line in X

d is the number of contrasts. Where sigma is 1 and known, d log(S / D) is S - D. Where the ratio of "line" is 0 it is
taken on below 0 by its slope at lambda = 0, (d sum w mu / S - sum mu) / sum mu, so that no two outcomes are alike.
Source: Crainiceanu & Ruppert, JRSS B 66 (2004), 165-185; Greven, Crainiceanu, Kuechenhoff & Peters, Journal of
Computational and Graphical Statistics 17 (2008), 870-891, for other variances that are held.
"""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record

POINTS = 240
"""Values of lambda that are compared; between them a parabola goes on."""
TOGETHER = 4_000_000
"""Numbers that are in memory together."""
NOTHING = 1e-10
"""Eigenvalues below this share of the largest are round-off."""


@record
class CurveNull:
    """What is seen of a curve where it is left out: `w` (S,) with their `mu`, `line` = w_line, and `rest`, what is left
    of y with its number `free` of contrasts (infinite where sigma is known, and `rest` then is of no account); `nu` are
    eigenvalues without the line.
    """

    w: Floats
    mu: Floats
    nu: Floats
    line: float
    rest: float
    free: float

    @classmethod
    def of(
        cls, A: Floats, U: Floats, line: float, across: Floats, total: float = np.inf, contrasts: float = np.inf
    ) -> CurveNull:
        """From A = Z'P Z, U = Z'P y, w_line, `across` with Z'P_0 Z = A + across across', and S of so many contrasts."""
        mu, vectors = np.linalg.eigh(A)
        some = mu > NOTHING * mu[-1]
        mu, w = mu[some], (vectors[:, some].T @ U) ** 2 / mu[some]
        nu = np.maximum(np.linalg.eigvalsh(A + np.outer(across, across)), 0.0)
        if np.isinf(contrasts):
            return cls(w, mu, nu, line, 0.0, np.inf)
        return cls(w, mu, nu, line, max(total - float(w.sum()), 0.0), contrasts - len(mu))

    def ratio(self, is_flat: bool) -> float:
        """The likelihood ratio that was seen, below 0 where that of "line" is 0."""
        each = np.array([self.line]), np.array([self.rest])
        return float(self._ratios(self.w[None], *each, is_flat)[0])

    def draws(self, is_flat: bool, count: int, random: np.random.Generator) -> Floats:
        """Draws (count,) of it where there is no curve, or no effect at all."""
        found, size = [], max(1, TOGETHER // POINTS)
        for start in range(0, count, size):
            m = min(size, count - start)
            w, line = random.chisquare(1.0, (m, len(self.mu))), random.chisquare(1.0, m)
            rest = random.chisquare(self.free, m) if 0.0 < self.free < np.inf else np.zeros(m)
            found.append(self._ratios(w, line, rest, is_flat))
        return np.concatenate(found)

    def _ratios(self, w: Floats, line: Floats, rest: Floats, is_flat: bool) -> Floats:
        mu, nu = self.mu, self.nu if is_flat else self.mu
        t = np.linspace(np.log(1e-3 / mu[-1]), np.log(1e5 / mu[0]), POINTS)
        grown = np.multiply.outer(mu, np.exp(t))
        height = np.log1p(np.multiply.outer(np.exp(t), nu)).sum(axis=1)
        left, extra = 1.0 / (1.0 + grown), line if is_flat else np.zeros(len(line))
        d = self.free + len(mu) + is_flat
        S = w.sum(axis=1) + rest
        if np.isinf(d):
            base, values = extra, extra[:, None] + w @ (1.0 - left) - height
        else:
            values = d * np.log((S + extra)[:, None] / (w @ left + rest[:, None])) - height
            base = d * np.log1p(extra / S)
        top = np.maximum(_peaks(values), base)
        if is_flat:
            return top
        pull = (w @ mu) * (1.0 if np.isinf(d) else d / S)
        return np.where(top > 0.0, top, np.minimum(pull / mu.sum() - 1.0, 0.0))


def _peaks(values: Floats) -> Floats:
    """The maximum of each row (m, points), of a parabola through the three highest neighbors."""
    rows, best = np.arange(len(values)), np.argmax(values, axis=1)
    at = np.clip(best, 1, values.shape[1] - 2)
    before, here, after = (values[rows, at + k] for k in (-1, 0, 1))
    slope, bend = 0.5 * (after - before), 2.0 * here - before - after
    with np.errstate(divide="ignore", invalid="ignore"):  # flat rows have their value itself
        rise = np.where((bend > 0.0) & (best == at), 0.5 * slope**2 / bend, 0.0)
    return values[rows, best] + rise
