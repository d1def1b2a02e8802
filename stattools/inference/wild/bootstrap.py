"""The wild cluster bootstrap of one combination of the coefficients: its p-value, and the interval that goes with it.

    t = (c^T theta - q) / se,   p = P(|t*| >= |t|),   interval = {q: p(q) > 1 - level}

se is clustered (CR1). Draws keep the clusters and turn their scores by random signs: restricted, at the estimate where
the hypothesis holds, which is most reliable (Cameron, Gelbach & Miller 2008), or at the estimate. For least squares
this is the bootstrap of refits to y* = X theta~ + v_g u~, to the last digit. For other likelihoods it is that of the
weighted least squares to which Newton's method reduces them at the restricted estimate: the score bootstrap of Kline &
Santos (2012) with t* studentized in each draw, MacKinnon, Nielsen & Webb's WCLR (2024).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.errors import DomainError, IdentificationError, IncompatibleError, quoted
from stattools.inference.covariance import Cluster, covariance
from stattools.inference.covariance.estimate import sums_of_clusters
from stattools.inference.estimates import Estimates
from stattools.inference.hypotheses.restricted_maximum import RestrictedMaximum
from stattools.inference.hypotheses.restrictions import hypotheses
from stattools.inference.hypotheses.terms import of_terms
from stattools.inference.questions import require
from stattools.inference.wild.clusters import VALUES, Clusters, ClusterWeights, accepted, as_far
from stattools.interface.arguments import require_truth, word_of
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval, require_level
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.seeds import generator, recorded
from stattools.interface.whole_numbers import whole_number
from stattools.solvers.metric import Metric
from stattools.text.columns import number, p_text
from stattools.text.faces import Faces
from stattools.text.one_line import headline
from stattools.text.page import Grid, Page

if TYPE_CHECKING:
    import pandas as pd

NEAR = 1e-4
"""How close to its end an interval is found where each value of the hypothesis is a climb, in standard errors."""

FARTHEST = 1e3
"""Standard errors from the estimate, at most, that such an interval is looked for."""

TOLD = 1e6
"""Standard errors from the estimate up to which float64 tells which draws are as far as the data."""


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
        level = self.fit.level if level is None else level
        require_level(level)
        low, high = self._ends((1.0 - level) * (1.0 + 1e-9))  # a p-value of 1 - level refuses
        return Interval(low, high, level, "wild", (self.hypothesis.partition(" = ")[0],))

    def table(self, level: float | None = None) -> pd.DataFrame:
        """One row: hypothesis, estimate, se, statistic, p_value, lower, upper."""
        import pandas as pd

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
        return self._end(alpha, -unit), self._end(alpha, unit)

    def _end(self, alpha: float, unit: float) -> float:
        """Where p falls to alpha on one side, by doubling and halving."""
        inside, outside = 0.0, 2.0
        while _p_value(self.fit, self._R, self.estimate + outside * unit, self._signs, *self._here)[0] > alpha:
            inside, outside = outside, 2.0 * outside
            if outside > FARTHEST:
                return float(np.copysign(np.inf, unit))
        while outside - inside > NEAR:
            middle = 0.5 * (inside + outside)
            if _p_value(self.fit, self._R, self.estimate + middle * unit, self._signs, *self._here)[0] > alpha:
                inside = middle
            else:
                outside = middle
        return self.estimate + 0.5 * (inside + outside) * unit

    def _headline(self) -> str:
        made = f"t = {number(self.statistic)}, p = {p_text(self.p_value)}"
        return headline(self, self.weights, self.fit.model._subject, self.hypothesis, made)

    def _page(self) -> Page:
        rows = Grid.of(self.table().to_dict("records"), like="se")
        how = "restricted" if self.impose_null else "unrestricted"
        drawn = f"all {2**self.groups:,} patterns of signs" if self.is_exact else f"{self._signs.count:,} draws"
        usual = f"se: {self.fit.cov}."
        said = f"{how}, {self.weights} weights of {self.groups:,} clusters, {drawn}."
        level = f"Interval: {self.fit.level:.4g}, the values that are not refused."
        title = f"Wild cluster bootstrap of {self.fit.model._subject}"
        return Page(title, "", rows, "", said[0].upper() + said[1:], level, usual)


def wild_bootstrap(
    fit: Estimates,
    hypothesis: Any,
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
    require(fit, "wild_bootstrap")
    weights = word_of(weights, tuple(VALUES))
    if weights not in VALUES:
        raise DomainError(f"wild_bootstrap has weights= {', '.join(map(repr, VALUES))}; got {quoted(weights)}.")
    require_truth(impose_null, "impose_null= of wild_bootstrap")
    asked = whole_number(draws, "draws", at_least=19)
    R, q, labels = hypotheses(of_terms(fit.model, hypothesis), fit.names)
    if len(R) != 1:
        raise IncompatibleError(
            f"wild_bootstrap tests one combination of the coefficients, and {quoted(hypothesis)} is {len(R)}: "
            f"{', '.join(labels[:4])}. Test one at a time, as 'x = 0'; fit.test takes several."
        )
    random, kept = generator(seed), recorded(seed)
    fit = _with_usual_errors(fit)
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
        p = signs.p_value(as_far(squares, ((estimate - q[0]) / unit) ** 2))
    t = (estimate - float(q[0])) / se
    return WildBootstrap(
        fit, labels[0], estimate, se, t, p, np.sqrt(squares) * (unit / se), impose_null, kept, R[0], signs
    )


def _with_usual_errors(fit: Any) -> Any:
    """The fit with CR1, which the t of the draws has as well: what leverage takes is the draws' to tell."""
    if fit.degrees is None:
        return fit
    cov = Cluster(fit.cov_kind.groups, kind="CR1")
    found = covariance(fit.model, fit.estimate, fit.solution.covariance, cov)
    return replace(fit, covariance=found.matrix, cov=found.name, t_df=found.df, cov_kind=cov, degrees=None)


def clusters_at(fit: Estimates, theta: Floats, R: Floats) -> tuple[Clusters, float]:
    """The clusters at a point, and the standard error of R theta by the information there."""
    model: Any = fit.model
    cov: Any = fit.cov_kind
    bread = fit.solution.covariance
    if theta is not fit.estimate:
        found = Metric.where_definite(model.evaluate(theta).information)
        if found is None:
            raise IdentificationError(
                f"wild_bootstrap draws at the estimate where the hypothesis holds, and there the observed information "
                f"of {model.title} is not positive: it is too far from the maximum. Use impose_null=False."
            )
        bread = found.covariance()
    sandwich, part = sums_of_clusters(model, theta, bread, cov)
    combination = np.linalg.solve(sandwich.C, sandwich.B.T @ R)  # R theta = (T^T R)^T phi, B = T C
    return Clusters.of(part.sums, sandwich.C, combination)


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
    return signs.p_value(as_far(squares, gap * gap / here.spread)), squares
