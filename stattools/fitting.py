"""Maximum likelihood: `fit(model)` climbs, checks that the maximum exists, and returns a `Fit` with its uncertainty.

    covariance = information^-1 (times the unbiased squared scale where one is estimated)
    interval = estimate -+ q se,   q of the normal, or of Student's t with n - p degrees of freedom for `st.ols`

Source: Wasserman, All of Statistics (2004), ch. 9; for least squares Seber & Lee (2003), ch. 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from stattools.errors import ConvergenceError, DomainError, IdentificationError, IncompatibleError
from stattools.existence import check_overlap, check_rank, check_size, check_solution
from stattools.interval import Interval
from stattools.model import Model
from stattools.models.counts import BernoulliTrials
from stattools.models.custom import Custom
from stattools.models.one_vs_rest import OneVsRest, OneVsRestFit
from stattools.predictors.dispersed import Dispersed
from stattools.solvers import ClosedForm, LeastSquares, Newton, Solution, Solver

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


@overload
def fit(model: OneVsRest, *, solver: Solver | None = None, level: float = 0.95) -> OneVsRestFit: ...


@overload
def fit(model: Model | BernoulliTrials | Custom, *, solver: Solver | None = None, level: float = 0.95) -> Fit: ...


def fit(model: Any, *, solver: Solver | None = None, level: float = 0.95) -> Fit | OneVsRestFit:
    """The maximum-likelihood fit of a model.

    `solver` is by default `LeastSquares()` for `st.ols`, the closed form for `st.coin` and `st.binomial`, and
    `Newton()` otherwise; `level` is the level of the intervals printed. Raises IdentificationError where no unique
    maximum exists (aliased columns, separated outcomes, more coefficients than rows), ConvergenceError where the
    solver stopped short of it, IncompatibleError where solver and model do not fit, DomainError for a level outside
    (0, 1).

    >>> import stattools as st
    >>> f = st.fit(st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]}))
    >>> f.estimate.round(6).tolist()
    [0.8, 2.3]
    """
    _require_level(level)
    solver = solver or _usual_solver(model)
    if not hasattr(solver, "solve"):
        raise IncompatibleError(f"fit needs solver=, an object such as st.Newton(); got {solver!r}.")
    if isinstance(model, OneVsRest):
        return model.fitted(lambda part: fit(part, solver=solver, level=level))
    if not isinstance(model, Model):
        solution = solver.solve(model)
        _require_convergence(model, solution)
        return Fit(model, solution.estimate, solution.covariance, solution.loglik, solution, 1.0, level)
    check_size(model)
    try:
        solution = solver.solve(model)
    except (IdentificationError, ConvergenceError):
        _explain_failure(model)
        raise
    _check_dispersion(model, solution.estimate)
    check_solution(model, solution)
    _require_convergence(model, solution)
    scale = _scale(model, solution.estimate)
    loglik = model.loglik(solution.estimate)
    return Fit(model, solution.estimate, solution.covariance * scale**2, loglik, solution, scale, level)


@dataclass(frozen=True, eq=False)
class Fit:
    """A maximum-likelihood fit: estimates, covariance, log-likelihood and the solution with its certificate.

    `estimate` has shape (p,), `covariance` (p, p), in the order of `names`. `scale` is the unbiased residual standard
    deviation of `st.ols`, 1 otherwise. `cov` names the kind of covariance. `print(fit)` is a page to read.

    >>> import stattools as st
    >>> f = st.fit(st.coin([1, 0, 1, 1]))
    >>> float(f.estimate[0]), f.names
    (0.75, ('theta',))
    """

    model: Any
    estimate: Floats
    covariance: Floats
    loglik: float
    solution: Solution
    scale: float
    level: float = 0.95
    cov: str = "information"

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return self.model.names

    @property
    def se(self) -> Floats:
        """Standard errors, shape (p,)."""
        return np.sqrt(np.diagonal(self.covariance))

    @property
    def n(self) -> float:
        """Number of observations: the sum of the frequency weights."""
        return self.model.n

    @property
    def df(self) -> float:
        """Residual degrees of freedom, n minus the number of coefficients."""
        return self.n - len(self.estimate)

    @property
    def aic(self) -> float:
        """Akaike's criterion, 2 p - 2 loglik; the scale is not counted, as in statsmodels."""
        return 2.0 * len(self.estimate) - 2.0 * self.loglik

    @property
    def bic(self) -> float:
        """Schwarz's criterion, p log n - 2 loglik; the scale is not counted, as in statsmodels; NaN without n."""
        n = getattr(self.model, "observations", self.n)
        return float("nan") if n is None else float(len(self.estimate) * np.log(n) - 2.0 * self.loglik)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of interval that this model has."""
        return tuple(self.model.intervals) if self._is_proportion else ("wald",)

    def interval(self, level: float | None = None, *, kind: str = "wald") -> Interval:
        """Confidence intervals, `lower, upper = fit.interval(0.95)`: arrays of shape (p,), floats for a single
        proportion.

        `kind` is one of `fit.kinds`: "wald", and for proportions "wilson" ("score"), "likelihood-ratio" and
        "clopper-pearson". Raises DomainError for a level outside (0, 1), IncompatibleError for a kind that the model
        does not have.
        """
        level = self.level if level is None else level
        if kind not in self.kinds:
            raise IncompatibleError(
                f"{self.model.title} has intervals of kind {', '.join(map(repr, self.kinds))}; got kind={kind!r}."
            )
        if self._is_proportion:
            _require_level(level)
            lower, upper = self.model.intervals[kind](level)
            return Interval(lower, upper, level, kind, self.names)
        half = self.quantile(level) * self.se
        return Interval(self.estimate - half, self.estimate + half, level, kind, self.names)

    def table(self, level: float | None = None) -> pd.DataFrame:
        """One row per coefficient: [category,] term, estimate, se, statistic, p_value, lower, upper.

        `statistic` is t for `st.ols` and z otherwise, for the hypothesis that the coefficient is 0; for a proportion
        it is the score test of 1/2.
        """
        import pandas as pd

        statistic, p_value = self._test()
        lower, upper = self.interval(level)
        columns: dict[str, Any] = {"term": self.names}
        if isinstance(self.model, Model) and self.model.categories is not None:
            width = len(self.model.terms)
            columns = {
                "category": np.repeat(self.model.categories, width),
                "term": self.model.terms * self.model.predictor.width,
            }
        columns |= {"estimate": self.estimate, "se": self.se, "statistic": statistic, "p_value": p_value}
        return pd.DataFrame(columns | {"lower": lower, "upper": upper})

    def glance(self) -> pd.DataFrame:
        """The model in exactly one row: n, n_dropped, df, loglik, aic, bic, scale, r_squared, decrement, solver, cov.

        `r_squared` is the share of the variance explained for `st.ols`, McFadden's 1 - loglik / loglik_null for other
        regressions, and missing for a proportion.
        """
        import pandas as pd

        row = {
            "n": self.n,
            "n_dropped": getattr(self.model, "n_dropped", 0),
            "df": self.df,
            "loglik": self.loglik,
        }
        row |= {"aic": self.aic, "bic": self.bic, "scale": self.scale, "r_squared": self.r_squared}
        return pd.DataFrame(
            [row | {"decrement": self.solution.decrement, "solver": self.solution.solver, "cov": self.cov}]
        )

    @cached_property
    def r_squared(self) -> float:
        """See `glance`."""
        from stattools.null_model import null_loglik, total_sum_of_squares

        if not isinstance(self.model, Model):
            return float("nan")
        if self.model.has_scale:
            total = total_sum_of_squares(self.model)
            return 1.0 - self.model.residual_sums(self.estimate)[0] / total if total > 0 else float("nan")
        return 1.0 - self.loglik / null_loglik(self.model)

    @property
    def residuals(self) -> Floats:
        """Response residuals, y minus the fitted mean: shape (n_rows,), or (n_rows, K) for softmax, the reference
        first.
        """
        model = self._regression("residuals")
        mean = model.likelihood.mean(model.eta(self.estimate))
        if model.labels is not None and model.kind == "softmax":
            return (model.rows.y[:, None] == np.arange(mean.shape[1])).astype(float) - mean
        return model.rows.y - mean

    def predict(self, data: Any = None, *, offset: str | ArrayLike | None = None, interval: float | None = None) -> Any:
        """Fitted means, for the rows of the fit or for new rows.

        Returns an array (m,); for softmax a frame with one column of probabilities per category. `data` is a table with
        the formula's columns, or an array or frame like the X of the fit. `offset` is needed for new rows where the fit
        had one, unless that was a column, which is then looked up. With `interval=level` a frame with `mean, lower,
        upper`, the ends from the linear predictor's standard error. Raises DomainError for unseen levels, missing
        columns and missing values.
        """
        from stattools.prediction import predict

        return predict(self, self._regression("predict"), data, offset, interval)

    def __str__(self) -> str:
        from stattools.summary import page

        return page(self)

    def quantile(self, level: float) -> float:
        """How many standard errors an interval of this level reaches: Student's t for `st.ols`, normal otherwise."""
        _require_level(level)
        tail = 0.5 * (1.0 - level)
        if self._t:
            return float(-special.stdtrit(self.df, tail))
        return float(-special.ndtri(tail))

    def _test(self) -> tuple[Floats, Floats]:
        if self._is_proportion:
            statistic, p_value = self.model.test()
            return np.atleast_1d(statistic), np.atleast_1d(p_value)
        exact = np.where(self.estimate == 0, 0.0, np.copysign(np.inf, self.estimate))  # where se = 0
        statistic = np.divide(self.estimate, self.se, out=exact, where=self.se > 0)
        tail = special.stdtr(self.df, -np.abs(statistic)) if self._t else special.ndtr(-np.abs(statistic))
        return statistic, 2.0 * tail

    @property
    def _t(self) -> bool:
        """True where a scale is estimated, so that Student's t replaces the normal."""
        return isinstance(self.model, Model) and self.model.has_scale

    @property
    def _is_proportion(self) -> bool:
        """True for `st.coin` and `st.binomial`, which bring their own intervals and test."""
        return hasattr(self.model, "intervals")

    def _regression(self, what: str) -> Model:
        if isinstance(self.model, Model):
            return self.model
        raise IncompatibleError(
            f"{what} belongs to regressions; {self.model.title} has fit.estimate and its intervals."
        )


def _usual_solver(model: Any) -> Solver:
    if hasattr(model, "maximum"):
        return ClosedForm()
    if not hasattr(model, "evaluate") and not isinstance(model, OneVsRest):
        raise IncompatibleError(f"fit needs a model such as st.ols(...) or st.coin(...); got {type(model).__name__}.")
    return LeastSquares() if getattr(model, "has_scale", False) else Newton()


def _explain_failure(model: Model) -> None:
    """A solver failed: raise the reason if it lies in the data."""
    check_rank(model)
    if not model.has_scale:
        check_overlap(model)


def _require_convergence(model: Any, solution: Solution) -> None:
    if solution.converged:
        return
    exact = "st.LeastSquares()" if getattr(model, "has_scale", False) else "st.Newton()"
    message = (
        f"{solution.solver} stopped after {solution.steps} steps, {solution.decrement:.2g} standard errors from the "
        f"maximum of {model.title} ({solution.status}). Use {exact}, raise max_steps, or look for columns that are "
        "nearly combinations of others."
    )
    raise ConvergenceError(message, solution)


def _check_dispersion(model: Model, estimate: Floats) -> None:
    """IdentificationError where the dispersion runs to its boundary, alpha = 0."""
    if isinstance(model.predictor, Dispersed) and estimate[-1] < np.log(1e-8):
        raise IdentificationError(
            f"{model.title}: the counts are not overdispersed, and alpha has its maximum at 0, where the model is "
            "Poisson regression. Use st.poisson."
        )


def _scale(model: Model, estimate: Floats) -> float:
    if not model.has_scale:
        return 1.0
    spare = model.n - len(estimate)
    if spare <= 0:
        raise IdentificationError(
            f"{model.title} has {len(estimate)} coefficients and {model.n:.0f} rows: the fit is exact and nothing is "
            "left to estimate the scale from. Use fewer columns or more rows."
        )
    return float(np.sqrt(model.residual_sums(estimate)[0] / spare))


def _require_level(level: Any) -> None:
    if isinstance(level, bool) or not isinstance(level, int | float | np.floating) or not 0.0 < level < 1.0:
        raise DomainError(f"level is a probability between 0 and 1, such as 0.95; got {level!r}.")
