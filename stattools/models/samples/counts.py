"""Coin flips and binomial counts as likelihoods of one probability theta.

    coin      log p(flips)     = k log theta + (n - k) log(1 - theta)                the ordered sequence
    binomial  log p(successes) = log C(n, k) + k log theta + (n - k) log(1 - theta)  the count alone

The two differ by a constant, so estimates, intervals and posteriors agree; log-likelihoods and evidences do not. Both
depend on the data through k and n only: constructing costs one pass over the flips, everything else is O(1).
Source: Casella & Berger, Statistical Inference (2002), ch. 6-7.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from numbers import Real
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erfc, xlog1py, xlogy

from stattools.data.tables.arrays import array as as_array
from stattools.data.tables.table import axes
from stattools.errors import DomainError, quoted
from stattools.interface.arguments import as_numbers, as_theta
from stattools.interface.arrays import Floats
from stattools.interface.whole_numbers import whole_number
from stattools.models.evaluation import NOT_ASKED, Evaluation
from stattools.models.samples.arms import columns, counts, grouping
from stattools.models.samples.binomial_arms import BinomialArms
from stattools.models.samples.proportion import INTERVALS
from stattools.models.samples.sample_model import SampleModel
from stattools.numerics.saddle_point import log_binomial_pmf


@overload
def coin(flips: Any, /) -> BernoulliTrials: ...
@overload
def coin(flips: Any, /, *, by: Any, data: Any = None) -> BinomialArms: ...
@overload
def coin(flips: Any, /, *, by: None = None, data: Any) -> BernoulliTrials: ...


def coin(flips: Any, /, *, by: Any = None, data: Any = None) -> BernoulliTrials | BinomialArms:
    """The Bernoulli likelihood of an ordered sequence of flips, each 0 or 1 (or False, True).

    Takes a list, an array, or a pandas, Polars or Arrow series, or the name of a column of `data`. With `by`, labels or
    the name of a column, the flips of each arm are a sequence of their own. Raises DomainError for anything that is not
    0 or 1, for missing flips, and for an empty or two-dimensional input.

    >>> model = coin([0, 1, 0, 1, 1, 1, 0, 0, 1, 1])
    >>> round(float(np.exp(model.loglik(0.2))), 12)  # 0.2^6 0.8^4
    2.62144e-05
    """
    if by is not None or data is not None:
        found = columns("coin", data, flips=flips, by=by)
        flips, by = found["flips"], found["by"]
    heads = _heads(flips)
    if by is None:
        return BernoulliTrials(int(np.count_nonzero(heads)), len(heads), "coin")
    groups = grouping("coin", by, flips, len(heads))
    one = heads.astype(np.int64)
    return BinomialArms(groups.total(one), groups.total(np.ones_like(one)), groups.labels, "coin")


@overload
def binomial(successes: int, trials: int, /) -> BernoulliTrials: ...
@overload
def binomial(successes: Any, trials: Any, /, *, by: Any = None, data: Any = None) -> Any: ...


def binomial(successes: Any, trials: Any, /, *, by: Any = None, data: Any = None) -> BernoulliTrials | BinomialArms:
    """The binomial likelihood of a count: `successes` out of `trials`, the order unknown or ignored.

    Both are whole numbers, 0 <= successes <= trials, trials >= 1. Given columns (lists, arrays, series, or names of
    columns of `data`) there is one arm per entry, labelled by the index of a series, or one per label of `by`: counts
    of the same label are summed. Raises DomainError otherwise, with the arm.

    >>> model = binomial(6, 10)
    >>> round(float(np.exp(model.loglik(0.2))), 12)  # C(10, 6) 0.2^6 0.8^4
    0.005505024
    >>> binomial([6, 2, 3], [10, 8, 5], by=["B", "A", "B"])
    BinomialArms(2 arms, 11 successes in 23 trials)
    """
    if by is not None or data is not None or axes(successes) == 1 or axes(trials) == 1:
        return _arms(successes, trials, by, data)
    n = whole_number(trials, "trials", at_least=1)
    k = whole_number(successes, "successes", at_least=0)
    if k > n:
        raise DomainError(f"binomial needs successes <= trials; got {k} successes in {n} trials. Check their order.")
    return BernoulliTrials(k, n, "binomial")


def _arms(successes: Any, trials: Any, by: Any, data: Any) -> BinomialArms:
    found = columns("binomial", data, successes=successes, trials=trials, by=by)
    ones = found["successes"]
    if axes(ones) == 0:
        raise DomainError(f"binomial needs successes, one count per arm; got {quoted(ones)}.")
    every = found["trials"] if axes(found["trials"]) else np.full(len(ones), found["trials"])
    if axes(every) != 1 or axes(ones) != 1 or len(every) != len(ones):
        shapes = f"{len(ones)} successes and {len(every)} trials"
        raise DomainError(f"binomial needs one number of trials per number of successes; got {shapes}.")
    groups = grouping("binomial", found["by"], ones if hasattr(ones, "iloc") and data is None else every, len(ones))
    k, n = counts(ones, "successes", groups), counts(every, "trials", groups)
    if (k > n).any():
        first = int(np.argmax(k > n))
        where = groups.name(groups.index[first]) if groups.size < len(k) else groups.name(first)
        raise DomainError(
            f"binomial needs successes <= trials; got {k[first]} successes in {n[first]} trials, {where}. "
            "Check their order."
        )
    k, n = groups.total(k), groups.total(n)
    if (n == 0).any():
        empty = groups.name(int(np.argmax(n == 0)))
        raise DomainError(f"binomial needs at least one trial in each arm; {empty} has none. Leave it out.")
    return BinomialArms(k, n, groups.labels)


@dataclass(frozen=True)
class BernoulliTrials(SampleModel):
    """`trials` independent trials with `successes` successes: what `coin` and `binomial` return.

    `kind` says what was observed: "coin" the ordered sequence, "binomial" the count. The parameter is theta in [0, 1].

    >>> binomial(6, 10)
    BernoulliTrials(successes=6, trials=10, kind='binomial')
    """

    successes: int
    trials: int
    kind: Literal["coin", "binomial"]

    @property
    def title(self) -> str:
        """What the model is, for people."""
        return "Coin flips" if self.kind == "coin" else "Binomial count"

    @property
    def names(self) -> tuple[str, ...]:
        """The one parameter."""
        return ("theta",)

    @property
    def n(self) -> int:
        """Number of trials."""
        return self.trials

    @property
    def counted(self) -> str:
        """What was counted, in words."""
        return f"{self.trials:,} trials, {self.successes:,} successes"

    def arrays(self) -> dict[str, Any]:
        """What the log-likelihood depends on, for the hash of the data."""
        return {"successes": self.successes, "trials": self.trials}

    @property
    def start(self) -> Floats:
        """A point strictly inside (0, 1) for solvers that iterate, shape (1,)."""
        return np.array([(self.successes + 0.5) / (self.trials + 1.0)])

    def log_probability(self, p: ArrayLike, q: ArrayLike) -> Floats:
        """Log-likelihood at theta = p with q = 1 - p given apart, so that probabilities near 1 lose no digits."""
        k, n = self.successes, self.trials
        if self.kind == "binomial":
            return log_binomial_pmf(k, n, p, q)
        p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
        heads = np.where(p < 0.5, xlogy(k, p), xlog1py(k, -q))
        return heads + np.where(q < 0.5, xlogy(n - k, q), xlog1py(n - k, -p))

    def loglik(self, theta: ArrayLike) -> Any:
        """Log-likelihood at each theta in [0, 1]; -inf where the data are impossible. Raises DomainError outside."""
        theta = unit_interval(theta)
        return self.log_probability(theta, 1.0 - theta)[()]

    def score(self, theta: ArrayLike) -> Any:
        """d loglik / d theta = k / theta - (n - k) / (1 - theta); infinite where the data are impossible."""
        theta = unit_interval(theta)
        return (_share(self.successes, theta) - _share(self.trials - self.successes, 1.0 - theta))[()]

    def information(self, theta: ArrayLike) -> Any:
        """Observed information, k / theta^2 + (n - k) / (1 - theta)^2."""
        theta = unit_interval(theta)
        return (_share(self.successes, theta**2) + _share(self.trials - self.successes, (1.0 - theta) ** 2))[()]

    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """loglik, score (1,) and information (1, 1) at one theta, a number or an array of shape (1,)."""
        point = as_theta(theta, self.title).reshape(-1)
        if point.shape != (1,):
            raise DomainError(f"{self.title} has one coefficient (theta); got theta of shape {np.shape(theta)}.")
        score = self.score(point) if order >= 1 else NOT_ASKED
        information = self.information(point)[:, None] if order >= 2 else NOT_ASKED
        return Evaluation(float(self.loglik(point)[0]), score, information)

    def maximum(self) -> Floats:
        """The maximum-likelihood estimate k / n, shape (1,)."""
        return np.array([self.successes / self.trials])

    def variance(self, theta: float) -> float:
        """Variance of the estimate by the expected information, theta (1 - theta) / n."""
        return float(theta * (1.0 - theta) / self.trials)

    @property
    def intervals(self) -> Mapping[str, Callable[[float], tuple[float, float]]]:
        """Confidence intervals by kind, each a function of the level: see `stattools.models.samples.proportion`."""
        return {kind: partial(ends, self.successes, self.trials) for kind, ends in INTERVALS.items()}

    def test(self) -> tuple[float, float]:
        """Score test of theta = 1/2: z = (2k - n) / sqrt(n) and its two-sided p-value."""
        z = (2 * self.successes - self.trials) / self.trials**0.5
        return z, float(erfc(abs(z) / 2**0.5))


def unit_interval(theta: ArrayLike, shape: tuple[int, ...] = ()) -> Floats:
    """theta as float64, or a DomainError that says which entry is not a probability."""
    values = as_numbers(theta, "theta is a probability, a number in [0, 1]", shape)
    bad = ~((values >= 0.0) & (values <= 1.0))
    if bad.any():
        first = np.argwhere(bad)[0].tolist()
        place = f" at position {', '.join(map(str, first))}" if first else ""
        raise DomainError(f"theta is a probability, a number in [0, 1]; got {values[bad][0]:.6g}{place}.")
    return values


def _share(count: int, theta: Floats) -> Floats:
    """count / theta, and 0 where nothing was counted, at theta = 0 too."""
    if count == 0:
        return np.zeros_like(theta)
    with np.errstate(divide="ignore", over="ignore"):  # infinite at theta = 0: what was seen is impossible there
        return count / theta


def _heads(flips: Any) -> NDArray[np.bool_]:
    if np.ma.isMaskedArray(flips):
        flips = np.ma.filled(np.ma.asarray(flips, dtype=object), np.nan)
    try:
        values = as_array(flips, "coin")
        if values.dtype.kind in "US" and not isinstance(flips, np.ndarray):
            values = np.asarray(flips, dtype=object)  # NumPy has turned the numbers of a mixed list into strings
    except DomainError:  # rows of unequal length, a foreign column
        raise DomainError(f"coin needs one sequence of flips; got {quoted(flips)}. {_FLAT}") from None
    if values.ndim != 1:
        got = f"shape {values.shape}" if values.ndim else f"{quoted(flips)}"
        raise DomainError(f"coin needs one sequence of flips; got {got}. {_FLAT}")
    if not len(values):
        raise DomainError("coin needs at least one flip; got an empty sequence. Check the filter that made it.")
    values = values.astype(object) if values.dtype.kind in "mMV" else values
    if values.dtype.kind in "biuf":
        good = (values == 0) | (values == 1)
    else:
        good = np.fromiter((_is_flip(v) for v in values), dtype=bool, count=len(values))
    if not good.all():
        position = int(np.argmin(good))
        bad = values[position].item() if isinstance(values[position], np.generic) else values[position]
        raise DomainError(f"coin needs flips that are 0 or 1; got {quoted(bad)} at position {position}. {_remedy(bad)}")
    return values.astype(bool)


def _is_flip(value: Any) -> bool:
    # NumPy counts durations among the whole numbers.
    return isinstance(value, Real | np.bool_) and not isinstance(value, np.timedelta64) and value in (0, 1)


def _remedy(bad: Any) -> str:
    if isinstance(bad, str):
        return f"Code the flips first, for example [flip == {quoted(bad)} for flip in flips]."
    if isinstance(bad, Real) and bad == bad:
        return "For a count of heads use st.binomial(successes, trials)."
    return "Missing flips are not dropped for you: drop them first."


_FLAT = "Give a flat list or a column, such as [0, 1, 1]."
