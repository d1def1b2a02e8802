"""The wild cluster bootstrap of one combination of the coefficients: its p-value, and the interval that goes with it.

    t = (c^T theta - q) / se,   p = P(|t*| >= |t|),   interval = {q: p(q) > 1 - level}

se is clustered (CR1). Draws turn the scores of clusters by random signs, at the estimate where the hypothesis holds
(Cameron, Gelbach & Miller 2008) or at the estimate: for least squares the bootstrap of refits to X theta~ + v_g u~,
for other likelihoods the score bootstrap of Kline & Santos (2012) with t* studentized in each draw. In coordinates
where the covariance is I cluster g has the score S_g and the information M_g, m_g = M_g c, |c| = 1, and

    t* = sum_g v_g a_g / sqrt(sum_g (v_g a_g - m_g^T Z)^2),   a_g = c^T S_g,   Z = sum_g v_g S_g

at S_g + d m_g where the hypothesis is d away, so that a draw costs G p. Weights v_g, of mean 0 and variance 1:

    rademacher    -1, 1
    webb          -sqrt(3/2), -1, -sqrt(1/2), sqrt(1/2), 1, sqrt(3/2)
    mammen        (1 - sqrt 5) / 2 with probability (sqrt 5 + 1) / (2 sqrt 5), else (1 + sqrt 5) / 2

Two signs have 2^G patterns: where there are no more than the draws asked for, each is taken once. Source: MacKinnon,
Nielsen & Webb (2024); Roodman, MacKinnon, Nielsen & Webb, Stata Journal 19 (2019), 4-60; Webb, Queen's Economics
Department Working Paper 1315 (2013); Mammen, Annals of Statistics 21 (1993).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from stattools.errors import DomainError, IdentificationError, IncompatibleError, quoted
from stattools.inference.covariance import Cluster, covariance
from stattools.inference.covariance.sandwich import Sandwich
from stattools.inference.estimates import Estimates, level_of
from stattools.inference.hypotheses.anova import RestrictedMaximum
from stattools.inference.hypotheses.wald import hypotheses
from stattools.interface.arguments import require_truth, whole_number
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.names.answers import one_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.seeds import generator, recorded
from stattools.interface.when_needed import pd
from stattools.solvers.metric import Metric
from stattools.text.columns import number, p_text
from stattools.text.one_line import headline
from stattools.text.page import Faces, Grid, Page

ROOT5 = 5.0**0.5

VALUES: dict[str, tuple[list[float], list[float] | None]] = {
    "rademacher": ([-1.0, 1.0], None),
    "webb": ([-(1.5**0.5), -1.0, -(0.5**0.5), 0.5**0.5, 1.0, 1.5**0.5], None),
    "mammen": (
        [0.5 * (1.0 - ROOT5), 0.5 * (1.0 + ROOT5)],
        [(ROOT5 + 1.0) / (2.0 * ROOT5), (ROOT5 - 1.0) / (2.0 * ROOT5)],
    ),
}
"""The weights and their probabilities; None where all are alike."""

AT_A_TIME = 2_000_000
"""Weights that are in memory together."""


@dataclass(frozen=True)
class ClusterWeights:
    """The weights of G clusters in every draw, the same whenever they are asked for; `holds_sample` says that weights
    of 1 give the statistic of the sample.
    """

    kind: str
    groups: int
    draws: int
    seed: int
    holds_sample: bool = True

    @property
    def is_exact(self) -> bool:
        """Whether every pattern of signs is taken once."""
        return self.kind == "rademacher" and self.groups < 60 and 2**self.groups <= self.draws

    @property
    def count(self) -> int:
        """How many patterns there are to look at: one of each two with opposite signs where all are taken."""
        return 2 ** (self.groups - 1) if self.is_exact else self.draws

    def blocks(self) -> Iterator[Floats]:
        """Weights (draws, G), some draws at a time."""
        size = max(1, AT_A_TIME // self.groups)
        random = np.random.default_rng(self.seed)
        values, p = VALUES[self.kind]
        for start in range(0, self.count, size):
            stop = min(start + size, self.count)
            if self.is_exact:
                bits = np.arange(start, stop)[:, None] >> np.arange(self.groups) & 1
                yield np.where(bits, -1.0, 1.0)
            else:
                yield random.choice(np.array(values), size=(stop - start, self.groups), p=p)

    def p_value(self, at_least: float) -> float:
        """The share of draws, where `at_least` of those looked at are as far out as the sample: to random draws the
        sample is added as one more; all patterns have it among them, where the hypothesis holds in the draws.
        """
        among = self.is_exact and self.holds_sample
        return at_least / self.count if among else (1.0 + at_least) / (1.0 + self.count)

    def share(self, squares: Floats, square: float) -> float:
        """The same of draws with these squares of t*, where the sample has `square`."""
        return self.p_value(int(np.count_nonzero(squares >= square * (1.0 - TIE))))


TIE = 1e-9
"""Two statistics whose squares differ by no more, relatively, are the same: the sample among the patterns of signs."""


@dataclass(frozen=True, eq=False)
class Clusters:
    """S_g (G, p) and m_g (G, p) at a point; `a` and `b` are their parts along c."""

    S: Floats
    m: Floats
    c: Floats

    @classmethod
    def of(cls, sums: Floats, C: Floats, combination: Floats) -> tuple[Clusters, float]:
        """From sums of scores and information (G, p + p^2), the covariance and the combination in their coordinates;
        also the standard error of the combination where the information is the covariance's inverse.
        """
        p, lower = len(C), np.linalg.cholesky(C)
        c = lower.T @ combination
        size = float(np.linalg.norm(c))
        c /= size
        m = sums[:, p:].reshape(-1, p, p) @ (lower @ c) @ lower
        return cls(sums[:, :p] @ lower, m, c), size

    @property
    def spread(self) -> float:
        """The sum of squares of the clusters' scores along c: the clustered variance, without a factor."""
        a = self.S @ self.c
        return float(a @ a)

    def squares(self, signs: ClusterWeights, d: float) -> Floats:
        """t*^2 of each draw, where the hypothesis is d from the estimate."""
        S = self.S + d * self.m
        a, parts = S @ self.c, []
        for v in signs.blocks():
            there = v * a - (v @ S) @ self.m.T
            top, bottom = (v @ a) ** 2, (there * there).sum(axis=1)
            parts.append(np.divide(top, bottom, out=np.where(top > 0, np.inf, 0.0), where=bottom > 0))
        return np.concatenate(parts)

    def forms(self, signs: ClusterWeights) -> tuple[Floats, ...]:
        """n_0, n_1, v_00, v_01, v_11 of each draw, t*^2 = (n_0 + s n_1)^2 / (v_00 + 2 s v_01 + s^2 v_11), for s the
        distance in units of the clustered standard error.
        """
        unit = self.spread**0.5
        a, b, S = self.S @ self.c / unit, self.m @ self.c, self.S / unit
        parts = []
        for v in signs.blocks():
            here, there = v * a - (v @ S) @ self.m.T, v * b - (v @ self.m) @ self.m.T
            forms = (np.einsum("vg,vg->v", *pair) for pair in ((here, here), (here, there), (there, there)))
            parts.append((v @ a, v @ b, *forms))
        return tuple(np.concatenate(part) for part in zip(*parts, strict=True))


def accepted(forms: tuple[Floats, ...], signs: ClusterWeights, alpha: float) -> tuple[float, float]:
    """The ends of the distances s whose p-value is above alpha: exact, from where each draw changes sides.

    A draw is as far out as the sample, s^2, where (n_0 + s n_1)^2 >= s^2 (v_00 + 2 s v_01 + s^2 v_11): between roots
    of a quartic. Infinite where the draws as far out at any distance are more than alpha already.
    """
    n0, n1, v00, v01, v11 = forms
    quartic = np.column_stack([-v11, -2.0 * v01, n1 * n1 - v00, 2.0 * n0 * n1, n0 * n0])
    size = np.maximum(np.abs(quartic).max(axis=1), 1.0)
    always = (v11 <= TIE * size) & (np.abs(quartic) <= TIE * size[:, None]).all(axis=1)  # the sample itself
    endless = ~always & (v11 <= TIE * size)
    usual = quartic[~always & ~endless]
    companion = np.zeros((len(usual), 4, 4))
    companion[:, [1, 2, 3], [0, 1, 2]] = 1.0
    companion[:, 0] = -usual[:, 1:] / usual[:, :1]
    found = np.linalg.eigvals(companion)
    real = np.sort(np.where(found.imag == 0, found.real, np.inf), axis=1)
    there = np.isfinite(real)
    roots, changes = real[there], np.broadcast_to([1.0, -1.0, 1.0, -1.0], real.shape)[there]  # it rises, and it falls
    for one in quartic[endless]:
        found = np.roots(np.where(np.abs(one) > TIE * np.abs(one).max(), one, 0.0))
        real = np.sort(found[found.imag == 0].real)
        ends = np.concatenate([[-1e300], real])
        middles = np.append(0.5 * (ends[1:-1] + ends[2:]), ends[-1] + 1.0) if len(real) else np.zeros(0)
        first = np.polyval(one, (real[0] if len(real) else 0.0) - 1.0) >= 0
        state = np.concatenate([[first], np.polyval(one, middles) >= 0]).astype(float)
        roots, changes = np.append(roots, ends), np.append(changes, np.diff(state, prepend=0.0))
    order = np.argsort(roots, kind="stable")
    roots = roots[order]
    count = np.count_nonzero(always) + np.cumsum(changes[order])
    counts, which = np.unique(count, return_inverse=True)
    above = np.array([signs.p_value(float(one)) > alpha for one in counts], dtype=bool)[which]
    if signs.p_value(float(np.count_nonzero(always))) > alpha:
        return -np.inf, np.inf
    if not len(inside := np.flatnonzero(above)):
        return 0.0, 0.0
    low, high = np.append(roots, np.inf)[[inside[0], inside[-1] + 1]]
    return (-np.inf if low <= -1e299 else float(low)), float(high)


NEAR, FARTHEST, TOLD = 1e-4, 1e3, 1e6
"""In standard errors: how close to its end an interval is found where each value of the hypothesis is a climb, how far
from the estimate it is looked for, and up to where float64 tells which draws are as far as the data.
"""


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class WildBootstrap(Faces):
    """A test of one hypothesis by the wild cluster bootstrap: `estimate` of what it is about, its clustered `se`,
    `statistic` t, `p_value`, and `draws` (m,), the t* of every draw.

    `is_exact` says that every pattern of signs was taken once (one of each two with opposite signs, whose |t*| are
    one). `interval(level)` holds the values that a test at 1 - level does not refuse.
    """

    fit: Estimates
    hypothesis: str
    estimate: float
    se: float
    statistic: float
    p_value: float
    draws: Floats
    impose_null: bool
    seed: Any
    _R: Floats = field(repr=False)
    _signs: ClusterWeights = field(repr=False)

    @property
    def weights(self) -> str:
        """The weights of the clusters."""
        return self._signs.kind

    @property
    def is_exact(self) -> bool:
        """Whether every pattern of signs was taken."""
        return self._signs.is_exact

    @property
    def groups(self) -> int:
        """Number of clusters."""
        return self._signs.groups

    def interval(self, level: float | None = None) -> Interval:
        """Lower and upper, the ends of the values that are not refused; infinite where with so few clusters none is.

        For least squares the ends are exact; elsewhere within 1e-4 standard errors, as each value of the hypothesis is
        a climb. Raises DomainError for a level outside (0, 1).
        """
        level = level_of(self.fit, level)
        low, high = self._ends((1.0 - level) * (1.0 + 1e-9))  # a p-value of 1 - level refuses
        return Interval(low, high, level, "wild", (self.hypothesis.partition(" = ")[0],))

    def table(self, level: float | None = None) -> pd.DataFrame:
        """One row: hypothesis, estimate, se, statistic, p_value, lower, upper."""
        lower, upper = self.interval(level)
        row = {"hypothesis": self.hypothesis, "estimate": self.estimate, "se": self.se, "statistic": self.statistic}
        return pd.DataFrame([row | {"p_value": self.p_value, "lower": float(lower), "upper": float(upper)}])

    @cached_property
    def _here(self) -> tuple[Clusters, float]:
        return clusters_at(self.fit, self.fit.estimate, self._R)

    def _ends(self, alpha: float) -> tuple[float, float]:
        clusters, size = self._here
        unit = size * clusters.spread**0.5
        if not self.impose_null:
            squares = np.sort(clusters.squares(self._signs, 0.0))[::-1]
            counts = np.array([self._signs.p_value(float(k)) for k in range(len(squares) + 1)])
            needed = int(np.argmax(counts > alpha)) if (counts > alpha).any() else len(squares)
            half = np.inf if needed == 0 else float(np.sqrt(squares[needed - 1])) * unit
            return self.estimate - half, self.estimate + half
        if self.fit.model.has_scale:
            low, high = accepted(clusters.forms(self._signs), self._signs, alpha)
            return self.estimate - high * unit, self.estimate - low * unit
        if self._signs.p_value(1.0 if self.is_exact else 0.0) > alpha:
            return -np.inf, np.inf

        def end(unit: float) -> float:
            """Where p falls to alpha on one side, by doubling and halving."""

            def is_accepted(distance: float) -> bool:
                q = self.estimate + distance * unit
                return _p_value(self.fit, self._R, q, self._signs, *self._here)[0] > alpha

            inside, outside = 0.0, 2.0
            while is_accepted(outside):
                inside, outside = outside, 2.0 * outside
                if outside > FARTHEST:
                    return float(np.copysign(np.inf, unit))
            while outside - inside > NEAR:
                middle = 0.5 * (inside + outside)
                inside, outside = (middle, outside) if is_accepted(middle) else (inside, middle)
            return self.estimate + 0.5 * (inside + outside) * unit

        return end(-unit), end(unit)

    def _headline(self) -> str:
        made = f"t = {number(self.statistic)}, p = {p_text(self.p_value)}"
        return headline(self, self.weights, self.fit.model._subject, self.hypothesis, made)

    def _page(self) -> Page:
        how = "Restricted" if self.impose_null else "Unrestricted"
        drawn = f"all {2**self.groups:,} patterns of signs" if self.is_exact else f"{self._signs.count:,} draws"
        said = f"{how}, {self.weights} weights of {self.groups:,} clusters, {drawn}."
        level = f"Interval: {self.fit.level:.4g}, the values that are not refused."
        title, rows = f"Wild cluster bootstrap of {self.fit.model._subject}", self.table().to_dict("records")
        return Page(title, "", Grid.of(rows, like="se"), "", said, level, f"se: {self.fit.cov}.")


def wild_bootstrap(
    fit: Estimates,
    hypothesis: object,
    *,
    draws: int = 9999,
    seed: int | np.random.Generator,
    weights: str = "rademacher",
    impose_null: bool = True,
) -> WildBootstrap:
    """The wild cluster bootstrap of one hypothesis: see `Fit.wild_bootstrap`.

    >>> import stattools as st
    >>> data = {"y": [1.0, 3.0, 2.0, 5.0, 4.0, 7.0, 6.0, 9.0], "x": [0, 1, 2, 3, 4, 5, 6, 8], "firm": list("aabbccdd")}
    >>> test = wild_bootstrap(st.fit(st.ols("y ~ x", data), cov=st.Cluster("firm")), "x", seed=1)
    >>> test.is_exact, test.p_value
    (True, 0.125)
    """
    weights = one_of(weights, VALUES, "wild_bootstrap has weights= {}")
    require_truth(impose_null, "impose_null= of wild_bootstrap")
    asked = whole_number(draws, "draws", at_least=19)
    R, q, labels = hypotheses(hypothesis, fit.names, fit.model)
    if len(R) != 1:
        raise IncompatibleError(
            f"wild_bootstrap tests one combination of the coefficients, and {quoted(hypothesis)} is {len(R)}: "
            f"{', '.join(labels[:4])}. Test one at a time, as 'x = 0'; fit.test takes several."
        )
    random, kept = generator(seed), recorded(seed)
    if fit.degrees is not None:  # CR1, which the t of the draws has as well: what leverage takes is theirs to tell
        given: Any = fit.cov_kind
        cov = Cluster(given.groups, kind="CR1")
        found = covariance(fit.model, fit.estimate, fit.solution.covariance, cov)
        fit = replace(fit, covariance=found.matrix, cov=found.name, t_df=found.df, cov_kind=cov, degrees=None)
    clusters, size = clusters_at(fit, fit.estimate, R[0])
    if not clusters.spread > 0:
        raise DomainError(f"wild_bootstrap: no cluster moves {labels[0].partition(' = ')[0]}: its clustered se is 0.")
    signs = ClusterWeights(weights, len(clusters.S), asked, int(random.integers(2**62)), impose_null)
    se = float(np.sqrt(R[0] @ fit.covariance @ R[0]))
    estimate, unit = float(R[0] @ fit.estimate), size * clusters.spread**0.5
    if not abs(estimate - float(q[0])) <= TOLD * unit:
        raise DomainError(
            f"wild_bootstrap: {labels[0]} is {abs(estimate - float(q[0])) / unit:.1g} standard errors from the "
            f"estimate; beyond {TOLD:g} rounding decides which draws are as far. Ask about a nearer value."
        )
    if impose_null:
        p, squares = _p_value(fit, R[0], float(q[0]), signs, clusters, size)
    else:
        squares = clusters.squares(signs, 0.0)
        p = signs.share(squares, ((estimate - q[0]) / unit) ** 2)
    t = (estimate - float(q[0])) / se
    return WildBootstrap(
        fit, labels[0], estimate, se, t, p, np.sqrt(squares) * (unit / se), impose_null, kept, R[0], signs
    )


def clusters_at(fit: Estimates, theta: Floats, R: Floats) -> tuple[Clusters, float]:
    """The clusters at a point, and the standard error of R theta by the information there."""
    model, bread = fit.model, fit.solution.covariance
    cov: Any = fit.cov_kind
    if theta is not fit.estimate:
        found = Metric.where_definite(model.evaluate(theta).information)
        if found is None:
            raise IdentificationError(
                f"wild_bootstrap draws at the estimate where the hypothesis holds, and there the observed information "
                f"of {model.title} is not positive: it is too far from the maximum. Use impose_null=False."
            )
        bread = found.covariance()
    sandwich = Sandwich.of(model, theta, bread)
    part = sandwich.summed(replace(cov, kind="CR2", correction=None))[0]  # the scores and the information of each
    return Clusters.of(part.sums, np.asarray(sandwich.C), sandwich.T.pulled(R))  # R theta = (T^T R)^T phi


def _p_value(
    fit: Estimates, R: Floats, q: float, signs: ClusterWeights, here: Clusters, size: float
) -> tuple[float, Floats]:
    """P(|t*| >= |t|) where R theta = q holds in the draws, and the t*^2; `here` are the clusters at the estimate."""
    gap = (float(R @ fit.estimate) - q) / size
    if fit.model.has_scale:
        squares = here.squares(signs, gap)
    else:
        restricted = RestrictedMaximum.of(fit).where(R[None], np.array([q]))[0]
        squares = clusters_at(fit, restricted, R)[0].squares(signs, 0.0)
    return signs.share(squares, gap * gap / here.spread), squares
