"""What a fit found: estimates, covariance, log-likelihood and solution, and the numbers that follow from these.

The questions of a fit, one per file, ask it of these alone.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from scipy import special

from stattools.inference.any_fit import AnyFit
from stattools.inference.covariance import HAC, Cluster, Satterthwaite
from stattools.inference.penalties import Penalty, Ridge
from stattools.interface.arrays import Floats
from stattools.interface.interval import require_level
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.record import record
from stattools.models.model import Model
from stattools.solvers import Solution
from stattools.text.columns import number
from stattools.text.one_line import headline


@answers_guesses
@record
class Estimates(AnyFit):
    """The fields of a fit, see `stattools.Fit`, and what needs no other file to be told."""

    model: Any
    estimate: Floats
    covariance: Floats
    loglik: float
    solution: Solution
    scale: float
    level: float = 0.95
    cov: str = "information"
    t_df: float | Floats = np.inf
    penalty: Penalty | None = None
    cov_kind: str | HAC | Cluster | None = "information"
    degrees: Satterthwaite | None = None

    def _headline(self) -> str:
        model, loglik = self.model, f"log L = {number(self.loglik, 4)}"
        kind = str(model.kind).replace("_", " ")
        return headline(self, kind, model._subject, model.counted or f"n = {self.n:,.0f}", loglik)

    @property
    def _of_rows(self: Any) -> Any:
        """The fit of single rows that is asked of columns and terms: itself, and of a mixed model that of its fixed
        effects.
        """
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return self.model.names

    @property
    def se(self) -> Floats:
        """Standard errors, shape (p,); IncompatibleError for a ridge fit, which has none (`cov` says so)."""
        return np.sqrt(self.covariance.diagonal())

    @property
    def _cov_made(self) -> str | HAC | Cluster | None:
        """What was asked for, where the kind of clusters was left open with that which they have."""
        cov = self.cov_kind
        if not isinstance(cov, Cluster) or cov.kind is not None:
            return cov
        return Cluster(cov.groups, cov.second, kind="CR1" if self.degrees is None else "CR2")

    @property
    def n(self) -> float:
        """Number of observations: the sum of the frequency weights."""
        return self.model.n

    @property
    def df(self) -> float:
        """Residual degrees of freedom, n minus the number of coefficients."""
        return self.n - self.model.n_free

    @property
    def aic(self) -> float:
        """Akaike's criterion, 2 p - 2 loglik; the scale is not counted and flat initial states are, as in
        statsmodels.
        """
        return 2.0 * self._counted - 2.0 * self.loglik

    @property
    def bic(self) -> float:
        """Schwarz's criterion, p log n - 2 loglik; the scale is not counted, as in statsmodels; NaN without n."""
        n = self.model.n_telling or self.n
        return float(self._counted * np.log(n) - 2.0 * self.loglik) if self.model.is_counted else float("nan")

    @property
    def _counted(self) -> int:
        """Parameters and flat initial states."""
        return self.model.n_free + self.model.diffuse

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of interval that this model has."""
        if self.model.intervals:
            return tuple(self.model.intervals)
        if isinstance(self.penalty, Ridge):
            return ()
        if self.model.on_bounds:
            return ("wald",)
        return ("wald", "profile") if self.penalty or self.model.variances else ("wald", "profile", "score")

    @cached_property
    def r_squared(self) -> float:
        """See `glance`."""
        from stattools.inference.diagnostics.null_model import r_squared

        known = self.solution.residual_sums
        return r_squared(self.model, self.estimate, self.loglik, None if known is None else known[0])

    @cached_property
    def _spread(self) -> tuple[float, float] | None:
        """Pearson / df of counts and of groups, and how often chance makes it; None where it says nothing, and of rows
        in files, which only `check` and `goodness` read.
        """
        from stattools.inference.diagnostics.checks.spread import spread_of

        if not (isinstance(self.model, Model) and self.model.in_memory):
            return None
        found = spread_of(self.model, self.estimate)
        return None if found is None else (found.ratio, found.p_value)

    def quantile(self, level: float) -> float | Floats:
        """How many standard errors an interval of this level reaches: Student's t for `st.ols`, normal otherwise; one
        number for each coefficient where each has degrees of freedom of its own.
        """
        require_level(level)
        return quantile_of(self.t_df, level)


def df_along(fit: Estimates, gradient: Floats) -> Any:
    """Degrees of freedom of t for what has this gradient in the coefficients, (..., p): one number where all have the
    same.
    """
    return fit.t_df if fit.degrees is None else fit.degrees.df(gradient)


def quantile_of(df: float | Floats, level: float) -> float | Floats:
    """The quantile of Student's t that an interval reaches to, normal where df is infinite.

    >>> round(quantile_of(4.0, 0.95), 3), quantile_of(np.array([4.0, np.inf]), 0.95).round(3).tolist()
    (2.776, [2.776, 1.96])
    """
    tail = 0.5 * (1.0 - level)
    if isinstance(df, np.ndarray):
        return np.where(np.isfinite(df), -special.stdtrit(df, tail), -special.ndtri(tail))
    return float(-special.stdtrit(df, tail) if np.isfinite(df) else -special.ndtri(tail))
