"""Is a curve flat, or a straight line? The restricted likelihood ratio, and how it is distributed there.

    w_s = (q_s'Z'P y)^2 / mu_s,   Z'P Z = Q diag(mu) Q',   P = V_0^-1 - V_0^-1 X (X'V_0^-1 X)^-1 X'V_0^-1

with V_0 that of all else in the model, its variances held; of outcomes that are not normal by scores and information.
Where there is no curve the w_s are independent sigma^2 chi2_1, what is left of y is r = sigma^2 chi2 of the other
contrasts, and for one ratio lambda of variances the likelihood ratio is

    S = sum w_s + r,   D = sum w_s / (1 + lambda mu_s) + r
    line   max_lambda  d log(S / D) - sum_s log(1 + lambda mu_s)
    flat   the same with S + w_line, and in the sum the eigenvalues nu of Z'P_0 Z, where P_0 has no line in X

d is the number of contrasts. Where sigma is 1 and known, d log(S / D) is S - D. Where the ratio of "line" is 0 it is
taken on below 0 by its slope at lambda = 0, (d sum w mu / S - sum mu) / sum mu, so that no two outcomes are alike.
Source: Crainiceanu & Ruppert, JRSS B 66 (2004), 165-185; Greven, Crainiceanu, Kuechenhoff & Peters, Journal of
Computational and Graphical Statistics 17 (2008), 870-891, for other variances that are held.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from stattools.errors import DomainError, quoted
from stattools.inference.hypotheses.result import TestResult, not_made, several
from stattools.inference.smooths.curves import chosen
from stattools.interface.arguments import whole_number
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import one_of
from stattools.interface.record import record
from stattools.interface.seeds import generator
from stattools.interface.when_needed import pd
from stattools.models.mixed.marginal import ByCoefficients, ByLaplace
from stattools.numerics.threads import one_blas_thread
from stattools.solvers.mixed.marginal_maximum import MarginalMaximum
from stattools.solvers.mixed.maximum import MixedMaximum

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


NULLS = {"flat": "is flat", "line": "is a straight line"}
"""What can be tested of a curve."""


def smooth_test(fit: Any, variable: str, null: str, draws: int, seed: object) -> TestResult:
    """See `Fit.smooth_test`."""
    who = "fit.smooth_test"
    null = one_of(null, tuple(NULLS), f'{who} has null="flat" and null="line"')
    curves = chosen(fit, variable)
    if len(curves) != 1:
        names = ", ".join(quoted(curve.term.name) for curve in curves)
        raise DomainError(f"{who} tests one curve at a time, of {names}; got {quoted(variable)}.")
    count = whole_number(draws, f"{who}: draws", at_least=1)
    (curve,) = curves
    term = curve.term
    k, found = next(k for k, one in enumerate(fit.found.of_curves) if one is curve), fit.found
    with one_blas_thread():
        seen = (_of_normal if found.model.has_scale else OF_MARGINALS[type(found.marginal)])(found, k)
        is_flat = null == "flat" and term.slope is not None
        statistic = seen.ratio(is_flat)
        drawn = seen.draws(is_flat, count, generator(seed))
    p_value = (1.0 + float((drawn >= statistic).sum())) / (1.0 + count)
    note = _note(count, np.isinf(seen.free), len(found.model.random) + len(found.of_curves) > 1)
    kind, hypotheses = "restricted likelihood ratio", (f"{term.name} {NULLS[null]}",)
    return TestResult(kind, max(statistic, 0.0), 1 + is_flat, p_value, hypotheses, distribution="draws", note=note)


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


OF_MARGINALS: dict[type, Callable[[MarginalMaximum, int], CurveNull]] = {
    ByLaplace: _by_rows,
    ByCoefficients: _of_coefficients,
}
"""What the maximum of an outcome that is not normal says of the model without a curve, by the kind of likelihood."""

NOTE = (
    "Curves: the restricted likelihood ratio of no effect, with effective degrees of freedom; its p-value is by 9,999 "
    "draws of its distribution from seed 0."
)


def with_curve_rows(fit: Any, table: pd.DataFrame) -> pd.DataFrame:
    """The table of `Fit.anova` without the lines of curves, and with a row for each curve."""
    lines = set[str]()
    for term in fit.model.smooths:
        part = term.design.part
        own = part.line.text
        lines |= {own} if part.by is None else {f"{own}:{part.by.text}", f"{part.by.text}:{own}"}
    made: Any = table[~table["term"].isin(sorted(lines))]
    rows = []
    tests = {c.term.name: partial(smooth_test, fit, c.term.name, "flat", 9999, 0) for c in fit.found.of_curves}
    tested, unmade = several(tests)
    for curve in fit.found.of_curves:
        if (test := tested.get(curve.term.name)) is None:
            continue
        row = {"term": curve.term.name, "df": curve.edf, "statistic": test.statistic, "p_value": test.p_value}
        rows.append(row | ({"df_residual": table["df_residual"].iloc[0]} if "df_residual" in table else {}))
    added = pd.DataFrame(rows, columns=table.columns)
    found = pd.concat([made.astype({"df": float}), added], ignore_index=True) if len(made) else added
    found.attrs["unmade"] = {k: why for k, why in table.attrs["unmade"].items() if k not in lines} | unmade
    found.attrs["note"] = f"{NOTE} {not_made(found.attrs['unmade'])}".strip()
    return found
