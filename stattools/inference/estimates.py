"""What a fit found: estimates, covariance, log-likelihood and solution, and the numbers that follow from these. The
questions of a fit, one per file, ask it of these alone; in a loaded fit `Unsaved` stands for rows that were not saved.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any, ClassVar, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray
from scipy import special

from stattools.errors import IncompatibleError
from stattools.inference.covariance import HAC, Cluster, Satterthwaite
from stattools.inference.covariance.covariance import spread_of
from stattools.inference.penalties import Penalty, Ridge, penalized
from stattools.interface.arguments import require_level
from stattools.interface.arrays import Floats
from stattools.interface.named import hands_out
from stattools.interface.names.guesses import answers_guesses, answers_names
from stattools.interface.record import record
from stattools.likelihoods import Gaussian
from stattools.models.model import Model
from stattools.models.questions import AnyModel, without_groups
from stattools.solvers import Solution
from stattools.text.columns import number
from stattools.text.one_line import headline
from stattools.text.page import with_faces


@with_faces
@answers_names
class AnyFit:
    """A fit: its `model`, and `predict(data)`."""

    model: Any
    _answered: ClassVar[frozenset[str]] = frozenset()
    """Questions that its class answers in its own way, whatever `NEEDS` says of them."""

    def _judged(self, model: Any) -> Judged:
        """The rows of a model like that of this fit, as the fit sees them."""
        raise IncompatibleError(f"{self.model.title} says nothing of single rows that it was not fitted to.")


class Judged(NamedTuple):
    """log p(y_i | x_i) of each row (n,), its mean (n,) or probabilities (n, K), and what was observed on that scale.

    `mean` is None where the likelihood says none.
    """

    loglik: Floats
    mean: Floats | None
    observed: Floats


def row_logliks(model: Model, theta: Floats, scale: float, y: Floats | None = None) -> Floats:
    """log p(y_i | x_i) of each row at theta, beside the scale where the model has one; y is by default its own.

    >>> import stattools as st
    >>> row_logliks(st.ols([1.0, 3.0], [[1.0], [1.0]], intercept=False), np.array([2.0]), 1.0).round(4).tolist()
    [-1.4189, -1.4189]
    """
    eta, y = model.eta(theta), model.rows.y if y is None else y
    if not model.has_scale:
        return model.likelihood.loglik(eta, y)
    root = 1.0 if model.rows.precision is None else np.sqrt(model.rows.precision)
    with np.errstate(over="ignore"):  # so far away that the logarithm is -inf, that of 0
        return Gaussian(scale).loglik(root * eta, root * y) + np.log(root)


def judged(model: Model, theta: Floats, scale: float) -> Judged:
    """The rows of a regression at theta."""
    family, y = model.likelihood, model.rows.y
    try:
        mean, seen = family.mean(model.eta(theta)), family.observed(y)
    except IncompatibleError:  # a likelihood of the caller's, who gave none, or times that were not seen
        mean, seen = None, y
    return Judged(row_logliks(model, theta, scale), mean, seen)


@hands_out("estimate", "covariance", "se", "loglik", "aic", "bic", "df", "scale")
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
    def _of_rows(self: object) -> Any:
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
        return self.n - self._free

    @property
    def aic(self) -> float:
        """Akaike's criterion, 2 p - 2 loglik; the scale is not counted and flat initial states are, as in
        statsmodels.
        """
        return 2.0 * self._counted - 2.0 * self.loglik

    @property
    def bic(self) -> float:
        """Schwarz's criterion, p log n - 2 loglik; the scale is not counted, as in statsmodels; NaN without n."""
        return float(self._counted * np.log(self.model.n_telling) - 2.0 * self.loglik)

    @property
    def _free(self) -> int:
        """How many parameters are free."""
        return len(self.model.names) - self.model.facts.adds_to_one

    @property
    def _counted(self) -> int:
        """Parameters and flat initial states."""
        return self._free + (self.model.diffuse if self.model.facts.has_states else 0)

    def _likelihood(self) -> tuple[Any, Any, Floats]:
        """The log-likelihood, with its penalty, in the coordinates of a climb, the map from these to the coefficients,
        and the point where it is largest.
        """
        model = self.model if self.penalty is None else penalized(self.model, self.penalty)
        work, T = model.standardized()
        return work, T, T.solve(self.estimate)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of interval that this model has."""
        if self.model.facts.has_intervals:
            return tuple(self.model.intervals)
        if isinstance(self.penalty, Ridge):
            return ()
        if self.model.facts.is_function and self.model.on_bounds:
            return ("wald",)
        return ("wald", "profile") if self.penalty or self.model.facts.has_states else ("wald", "profile", "score")

    @cached_property
    def _spread(self) -> tuple[float, float] | None:
        """Pearson / df of counts and of groups, and how often chance makes it; None where it says nothing, and of rows
        in files, which only `check` and `goodness` read.
        """
        if not (self.model.facts.is_regression and self.model.in_memory):
            return None
        found = spread_of(self.model, self.estimate)
        return None if found is None else (found.ratio, found.p_value)

    def quantile(self, level: float) -> float | Floats:
        """How many standard errors an interval of this level reaches: Student's t for `st.ols`, normal otherwise; one
        number for each coefficient where each has degrees of freedom of its own.
        """
        require_level(level)
        return quantile_of(self.t_df, level)


def level_of(fit: Estimates, level: float | None) -> float:
    """The level that was given, or that of the fit; DomainError outside (0, 1)."""
    found = fit.level if level is None else level
    require_level(found)
    return found


def df_along(fit: Estimates, gradient: Floats) -> float | Floats:
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


def against_zero(value: Floats, se: Floats, df: float | Floats) -> tuple[Floats, Floats]:
    """value / se with its two-sided p-value, by Student's t with df degrees of freedom, normal where df is infinite.

    df is one number, or one for each value.
    Where se is 0 the statistic is infinite, or 0 for a value of 0; where se is NaN, so is the statistic.

    >>> [part.round(3).tolist() for part in against_zero(np.array([1.96, 0.0]), np.array([1.0, 0.0]), np.inf)]
    [[1.96, 0.0], [0.05, 1.0]]
    """
    if (known := se > 0).all():
        statistic = value / se
    else:
        exact = np.where(value == 0, 0.0, np.copysign(np.inf, value)) + 0.0 * se
        statistic = np.divide(value, se, out=exact, where=known)
    far = -np.abs(statistic)
    return statistic, 2.0 * np.where(np.isfinite(df), special.stdtr(df, far), special.ndtr(far))


class Unsaved:
    """Stands for an array that was not saved; it knows its shape, and its sums where they are counts.

    >>> rows = Unsaved((3, 2), (4.0, 9.0))
    >>> len(rows), rows[:, 1].sum()
    (3, 9.0)
    >>> rows[0]
    Traceback (most recent call last):
    stattools.errors.IncompatibleError: the rows of this fit were not saved with it, and this needs them: ...
    """

    def __init__(self, shape: tuple[int, ...], sums: tuple[float, ...] = ()) -> None:
        self.shape, self.ndim, self.sums = shape, len(shape), sums

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def size(self) -> int:
        """How many numbers it had."""
        return math.prod(self.shape)

    def sum(self) -> float:
        """The sum of a column."""
        return self.sums[0] if len(self.sums) == 1 else refuse()

    def __getitem__(self, place: object) -> Unsaved:
        if isinstance(place, tuple) and len(place) == 2 and place[0] == slice(None) and isinstance(place[1], int):
            return Unsaved(self.shape[:1], self.sums[place[1] : place[1] + 1])
        return refuse()

    def __array__(self, dtype: object = None, copy: bool | None = None) -> NDArray[np.generic]:
        return refuse()

    def _refused(self, *_: Any) -> NoReturn:
        return refuse()

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refused
    __add__ = __sub__ = __mul__ = __truediv__ = __pow__ = __matmul__ = __neg__ = __abs__ = _refused
    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rpow__ = __rmatmul__ = __iter__ = _refused
    __hash__ = object.__hash__

    def __getattr__(self, name: str) -> Any:
        return refuse() if not name.startswith("__") else object.__getattribute__(self, name)


def lacks_rows(model: AnyModel) -> bool:
    """True for the model of a fit that was loaded, whose rows were not saved."""
    return isinstance(columns_of_rows(model), Unsaved)


def columns_of_rows(model: AnyModel) -> Any:
    """The columns of the rows, or what stands for them; None where there are none."""
    one = without_groups(model)
    return one.X if one.facts.is_partial else None if one.rows is None else one.rows.X


def require_rows(model: AnyModel) -> None:
    """IncompatibleError for the model of a fit that was loaded."""
    if lacks_rows(model):
        refuse()


def unsaved_function(*_: Any) -> NoReturn:
    """Stands for a function of a custom likelihood in a fit that was loaded: IncompatibleError."""
    raise IncompatibleError("the functions of a custom likelihood are not saved with its fit. Make the model again.")


def refuse() -> NoReturn:
    """IncompatibleError: what was asked needs the rows, which were not saved with the fit."""
    raise IncompatibleError(
        "the rows of this fit were not saved with it, and this needs them: fit the model to its data again. "
        "(st.load gives the summary, the table, Wald intervals and predictions for new rows.)"
    )
