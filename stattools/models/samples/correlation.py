"""The correlation of two columns as a likelihood of bivariate normal rows, means and standard deviations at their best.

    l(rho) = constant + n (log(1 - rho^2) / 2 - log(1 - r rho)),   r = S_xy / sqrt(S_xx S_yy)

r is the maximum. That the correlation is 0 is the slope of a regression of one column on the other that is 0: the same
t on n - 2 degrees of freedom, exact where one of the columns is normal given the other. Source: Mardia, Kent & Bibby,
Multivariate Analysis (1979), 5.3, 6.5; Fisher, Metron 1 (1921), 3-32, for the interval. Cost: one pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtr

from stattools.data.tables.outcome import numeric
from stattools.errors import DomainError, IdentificationError
from stattools.interface.arguments import as_theta
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import optimize
from stattools.models.evaluation import NOT_ASKED, Evaluation
from stattools.models.regressions.binding import read_rows
from stattools.models.samples.multivariate_normal import MultivariateSample, multivariate_normal
from stattools.models.samples.sample_model import SampleModel
from stattools.numerics.saddle_point import HALF_LOG_TWO_PI
from stattools.text.one_line import many

EXACT = 1e-14
"""1 - r^2 below this is round-off."""


def correlation(formula_or_column: str | ArrayLike, table_or_column: Any, /) -> Correlation:
    """The likelihood of the correlation of two columns: `correlation("y ~ x", table)` or `correlation(y, x)`.

    `st.fit` has the correlation r, its test of 0 (Student's t on n - 2 degrees of freedom, as of the slope of `st.ols`)
    and intervals, `kind="fisher"` those of SciPy's and R's tests. Rows with a missing value are dropped and counted.
    Raises DomainError for a column that is constant, for fewer than three rows, and for more than two columns.

    >>> import stattools as st
    >>> fit = st.fit(st.correlation([1.0, 3.0, 2.0, 5.0, 4.0], [1.0, 2.0, 3.0, 4.0, 5.0]))
    >>> fit.table()[["estimate", "statistic", "p_value"]].round(3).to_numpy().tolist()
    [[0.8, 2.309, 0.104]]
    """
    data = read_rows(formula_or_column, table_or_column, None, True)
    y = numeric(data.outcome, data.outcome_name)
    names = [name for name in data.design.names if name != "Intercept"]
    if len(names) != 1 or data.scanned is not None:
        raise DomainError(
            f'correlation needs two columns of numbers in memory, as in "y ~ x"; got {data.outcome_name} and '
            f"{', '.join(names[:6]) or 'no column'}. st.multivariate_normal has those of more."
        )
    x = np.asarray(data.X)[:, data.design.names.index(names[0])]
    return Correlation(
        multivariate_normal(np.column_stack([y, x]), names=[f"{data.outcome_name} ", names[0]]),
        (data.outcome_name, names[0]),
        dropped=data.dropped,
        n_dropped=data.n_dropped,
    )


@dataclass(frozen=True, eq=False, repr=False)
class Correlation(SampleModel):
    """Rows of two columns with one correlation: what `st.correlation` returns; the parameter is rho, from -1 to 1."""

    pairs: MultivariateSample
    columns: tuple[str, str]
    kind = "correlation"
    title = "Correlation"
    null = "correlation = 0"
    parameters = ()
    low, high = np.array([-1.0]), np.array([1.0])
    tested = ("t test", "t")
    reached = "The maximum is the correlation of the rows."

    def __post_init__(self) -> None:
        if self.n < 3:
            raise DomainError(f"correlation needs three rows or more; got {self.n:,.0f}.")
        flat = np.diagonal(self.pairs.scatter) <= 0.0
        if flat.any():
            raise DomainError(
                f"correlation needs columns that vary; {self.columns[int(np.argmax(flat))]!r} is constant."
            )

    @property
    def names(self) -> tuple[str, ...]:
        """The one parameter."""
        return ("correlation",)

    @property
    def n(self) -> float:
        """Number of rows."""
        return float(self.pairs.n)

    @property
    def counted(self) -> str:
        """How many rows there are of what, in words."""
        return f"{' and '.join(self.columns)}, {many(self.n, 'row')}"

    @cached_property
    def r(self) -> float:
        """The correlation of the rows."""
        scatter = self.pairs.scatter
        size = np.sqrt(np.diagonal(scatter))
        return float(np.clip(scatter[0, 1] / size[0] / size[1], -1.0, 1.0))

    @property
    def start(self) -> Floats:
        """Near r, strictly inside (-1, 1), shape (1,)."""
        return np.array([self.r * (1.0 - 1.0 / (self.n + 1.0))])

    def loglik(self, theta: ArrayLike) -> float:
        """Log-likelihood at rho, the means and standard deviations at their maximum for it; -inf beyond (-1, 1)."""
        rho = self._checked(theta)
        if not abs(rho) < 1.0:
            return -np.inf
        sizes = float(np.log(np.diagonal(self.pairs.scatter) / self.n).sum())
        level = -self.n * (2.0 * HALF_LOG_TWO_PI + 1.0 + 0.5 * sizes)
        return float(level + self.n * (0.5 * np.log1p(-rho * rho) - np.log1p(-self.r * rho)))

    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """loglik, score (1,) and information (1, 1)."""
        rho, r = self._checked(theta), self.r
        if not abs(rho) < 1.0:
            return Evaluation(-np.inf)
        rest, beside = 1.0 - rho * rho, 1.0 - r * rho
        score = self.n * (r / beside - rho / rest)
        bend = self.n * ((1.0 + rho * rho) / rest**2 - (r / beside) ** 2)
        return Evaluation(
            self.loglik(rho),
            np.array([score]) if order else NOT_ASKED,
            np.array([[bend]]) if order > 1 else NOT_ASKED,
        )

    def variance(self, theta: Any) -> float:
        """Variance of the estimate by the information at r, (1 - r^2)^2 / n."""
        return (1.0 - self._checked(theta) ** 2) ** 2 / self.n

    def maximum(self) -> Floats:
        """r, shape (1,); IdentificationError where the columns are on one line."""
        if 1.0 - self.r**2 < EXACT:
            first, second = self.columns
            raise IdentificationError(
                f"{self.title} has no maximum: all rows of {first} and {second} are on one line, and the "
                f"log-likelihood rises for ever as the correlation goes to {np.sign(self.r):.0f}."
            )
        return np.array([self.r])

    @property
    def intervals(self) -> Mapping[str, Callable[[float], tuple[float, float]]]:
        """Confidence intervals by kind, each a function of the level.

        "fisher" is tanh(atanh(r) -+ q / sqrt(n - 3)), "likelihood-ratio" the likelihood's own, "wald" r -+ q se, cut at
        -1 and 1.
        """
        return {"fisher": self._fisher, "likelihood-ratio": self._likelihood_ratio, "wald": self._wald}

    def test(self) -> tuple[float, float]:
        """Test of a correlation of 0: t = r sqrt((n - 2) / (1 - r^2)) and its two-sided p-value."""
        df = self.n - 2.0
        t = self.r * np.sqrt(df / (1.0 - self.r**2))
        return float(t), float(2.0 * stdtr(df, -abs(t)))

    def _fisher(self, level: float) -> tuple[float, float]:
        if self.n <= 3:
            return -1.0, 1.0  # three rows say nothing: the interval on the scale of atanh is the whole line
        half = _quantile(level) / np.sqrt(self.n - 3.0)
        middle = np.arctanh(self.maximum()[0])
        return float(np.tanh(middle - half)), float(np.tanh(middle + half))

    def _wald(self, level: float) -> tuple[float, float]:
        r = float(self.maximum()[0])
        half = _quantile(level) * self.variance(r) ** 0.5
        return max(-1.0, r - half), min(1.0, r + half)

    def _likelihood_ratio(self, level: float) -> tuple[float, float]:
        r = float(self.maximum()[0])
        wanted = self.loglik(r) - 0.5 * _quantile(level) ** 2

        def gap(z: float) -> float:
            return self.loglik(np.tanh(z)) - wanted

        middle, reach = float(np.arctanh(r)), 1.0
        while gap(middle - reach) > 0.0 or gap(middle + reach) > 0.0:
            reach *= 1.5
        sides = [sorted((middle, middle + s * reach)) for s in (-1.0, 1.0)]
        lower, upper = (float(optimize.brentq(gap, *side, xtol=1e-13)) for side in sides)  # type: ignore[arg-type]
        return float(np.tanh(lower)), float(np.tanh(upper))

    def arrays(self) -> dict[str, Any]:
        """What the log-likelihood depends on, for the hash of the data."""
        return {"n": self.n, "r": self.r, "scatter": np.diagonal(self.pairs.scatter)}

    def _checked(self, theta: ArrayLike) -> float:
        at = as_theta(theta, self.title, self.names).reshape(-1)
        if at.shape != (1,) or not np.isfinite(at).all():
            raise DomainError(f"{self.title} has one parameter, a finite number; got {theta!r}.")
        return float(at[0])


def _quantile(level: float) -> float:
    return float(-ndtri(0.5 * (1.0 - level)))
