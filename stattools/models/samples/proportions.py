"""Successes in trials as likelihoods of the probability theta of a success, and confidence intervals for it.

    coin      log p(flips)     = k log theta + (n - k) log(1 - theta)                the ordered sequence
    binomial  log p(successes) = log C(n, k) + k log theta + (n - k) log(1 - theta)  the count alone
    waits     log p(f)         = log C(f + r - 1, f) + r log theta + f log(1 - theta),   f failures before success r

k successes in n trials are all that the data say of theta, so that estimates and posteriors of coins and counts agree;
log-likelihoods and evidences do not. Arms have a theta each; waits (`st.geometric`, `st.pascal`) share theirs.

Each interval is a function of (successes, trials, level) that returns (lower, upper). All but Wald keep their relative
accuracy for rare successes, and are closed at 0 where k = 0 and at 1 where k = n. Sources: Casella & Berger,
Statistical Inference (2002), ch. 6-7; Brown, Cai & DasGupta, Statistical Science 16 (2001), 101-133; Johnson, Kemp &
Kotz, Univariate Discrete Distributions (2005), ch. 5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from math import log, sqrt
from numbers import Real
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, xlog1py, xlogy

from stattools.data.formula.formula import grouped_formula
from stattools.data.tables.arrays import array as as_array
from stattools.data.tables.table import axes
from stattools.errors import DomainError, quoted
from stattools.interface.arguments import as_numbers, as_theta, whole_number
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import optimize
from stattools.models.evaluation import NOT_ASKED, Evaluation
from stattools.models.questions import answer_of
from stattools.models.samples import arms
from stattools.models.samples.arms import ArmRows, Ends, Ints, Labels, Limits, SampleModel
from stattools.numerics.distributions.beta import quantile
from stattools.numerics.distributions.counts import deviance_part, log_binomial_pmf
from stattools.text.columns import many


def wald(successes: int, trials: int, level: float) -> Ends:
    """The estimate -+ z standard errors, cut to [0, 1]; far from its level for few trials or rare successes."""
    p = successes / trials
    half = arms.normal_quantile(level) * sqrt(p * (trials - successes) / trials / trials)
    return max(0.0, p - half), min(1.0, p + half)


def wilson(successes: int, trials: int, level: float) -> Ends:
    """The proportions that the score test does not reject (Wilson 1927): roots of a quadratic, free of cancellation."""
    k, n, z = successes, trials, arms.normal_quantile(level)
    root = 2 * k + z * z + z * sqrt(z * z + 4 * k * ((n - k) / n))
    return 2 * k * (k / n) / root if k else 0.0, root / (2 * (n + z * z)) if k < n else 1.0


def likelihood_ratio(successes: int, trials: int, level: float) -> Ends:
    """The proportions that the likelihood-ratio test does not reject, solved for on the log odds."""
    k, n, z = successes, trials, arms.normal_quantile(level)

    def excess(logit: float) -> float:
        theta, rest = expit(logit), expit(-logit)
        return 2.0 * float(deviance_part(k, n * theta) + deviance_part(n - k, n * rest)) - z * z

    # At log odds -+700 any success (failure) is as good as impossible: the deviance there exceeds every z^2.
    estimate = -700.0 if k == 0 else 700.0 if k == n else log(k / (n - k))
    if excess(estimate) >= 0.0:  # a level so small that the interval is the estimate
        return k / n, k / n
    lower = 0.0 if k == 0 else expit(optimize.brentq(excess, -700.0, estimate, xtol=1e-15))
    upper = 1.0 if k == n else expit(optimize.brentq(excess, estimate, 700.0, xtol=1e-15))
    return float(lower), float(upper)


def clopper_pearson(successes: int, trials: int, level: float) -> Ends:
    """The proportions that neither exact one-sided binomial test at (1 - level) / 2 rejects (Clopper & Pearson 1934):
    quantiles of Beta(k, n-k+1) and Beta(k+1, n-k).
    """
    k, n, tail = successes, trials, arms.tail_area(level)
    lower = 0.0 if k == 0 else float(quantile(tail, 1.0 - tail, k, n - k + 1))
    upper = 1.0 if k == n else float(quantile(1.0 - tail, tail, k + 1, n - k))
    return lower, upper


def exact(successes: int, trials: int, level: float) -> Ends:
    """The probabilities that neither exact one-sided test at (1 - level) / 2 rejects, where trials went on until so
    many successes: quantiles of Beta(k, n-k+1) and Beta(k, n-k), closed at 1 without failures.
    """
    tail, lost = arms.tail_area(level), trials - successes
    upper = float(quantile(1.0 - tail, tail, successes, lost)) if lost else 1.0
    return clopper_pearson(successes, trials, level)[0], upper


INTERVALS: dict[str, Callable[[int, int, float], Ends]] = {
    "wald": wald,
    "wilson": wilson,
    "score": wilson,
    "likelihood-ratio": likelihood_ratio,
    "clopper-pearson": clopper_pearson,
}

INTERVALS_OF_WAITS = {"wald": wald, "likelihood-ratio": likelihood_ratio, "exact": exact}


class Trials(SampleModel):
    """`successes` in `trials`: one number of each, or one per arm, shape (m,), with a probability theta for each."""

    successes: Any
    trials: Any
    observed: Any
    kinds: Any = INTERVALS

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._data == other._data  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash(self._data)

    @property
    def _data(self) -> tuple[object, ...]:
        held = [getattr(self, one.name) for one in fields(self) if one.compare]
        return tuple(value.tobytes() if isinstance(value, np.ndarray) else value for value in held)

    @property
    def n(self) -> int:
        """Number of trials, in all arms."""
        return int(np.sum(self.trials))

    @property
    def counted(self) -> str:
        """What was counted, in words."""
        arms = f", {many(len(self.trials), 'arm')}" if self.shape else ""
        return f"{many(self.n, 'trial')}, {many(int(np.sum(self.successes)), 'success')}{arms}"

    @property
    def start(self) -> Floats:
        """Points strictly inside (0, 1) for solvers that iterate, shape (m,)."""
        return np.atleast_1d((self.successes + 0.5) / (self.trials + 1.0))

    def log_probability(self, p: ArrayLike, q: ArrayLike) -> Floats:
        """Log-likelihood of each arm at theta = p with q = 1 - p given apart, so that probabilities near 1 lose no
        digits.
        """
        k, n = self.successes, self.trials
        if self.observed == "binomial":
            return log_binomial_pmf(k, n, p, q)
        p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
        heads = np.where(p < 0.5, xlogy(k, p), xlog1py(k, -q))
        return heads + np.where(q < 0.5, xlogy(n - k, q), xlog1py(n - k, -p))

    def loglik(self, theta: ArrayLike) -> float | Floats:
        """Log-likelihood at each theta in [0, 1]; -inf where the data are impossible. Raises DomainError outside."""
        theta = unit_interval(theta)
        return self.log_probability(theta, 1.0 - theta)[()]

    def score(self, theta: ArrayLike) -> float | Floats:
        """d loglik / d theta = k / theta - (n - k) / (1 - theta); infinite where the data are impossible."""
        return self._slopes(unit_interval(theta))[0][()]

    def information(self, theta: ArrayLike) -> float | Floats:
        """Observed information, k / theta^2 + (n - k) / (1 - theta)^2."""
        return self._slopes(unit_interval(theta))[1][()]

    def _slopes(self, theta: Floats) -> tuple[Floats, Floats]:
        k, m = self.successes, self.trials - self.successes
        with np.errstate(divide="ignore", over="ignore"):  # infinite where what was seen is impossible
            score = _over(k, theta) - _over(m, 1.0 - theta)
            return score, _over(k, theta**2) + _over(m, (1.0 - theta) ** 2)

    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """loglik, score (m,) and information (m, m), which is diagonal: the arms know nothing of each other."""
        theta = self._checked(theta)
        score, information = self._slopes(theta)
        loglik = float(self.log_probability(theta, 1.0 - theta).sum())
        return Evaluation(loglik, score if order >= 1 else NOT_ASKED, np.diag(information) if order >= 2 else NOT_ASKED)

    def maximum(self) -> Floats:
        """The maximum-likelihood estimates k / n, shape (m,)."""
        self.require_fitted(np.size(self.trials), "st.Beta(1, 1)")
        return np.atleast_1d(self.successes / self.trials)

    def variance(self, theta: ArrayLike) -> float | Floats:
        """Variance of the estimates by the expected information, theta (1 - theta) / n; shape of `theta`."""
        theta = as_theta(theta, self.title, self.arms)
        return theta * (1.0 - theta) / self.trials

    @property
    def intervals(self) -> Mapping[str, Callable[[float], Limits]]:
        """Confidence intervals by kind, each a function of the level: see `stattools.models.samples.proportions`."""
        return self.by_arm(self.kinds, self.successes, self.trials)

    def test(self) -> Limits:
        """Score test of theta = 1/2 in each arm: z = (2k - n) / sqrt(n) and its two-sided p-value."""
        return arms.two_sided((2 * self.successes - self.trials) / np.sqrt(self.trials))

    def _checked(self, theta: ArrayLike) -> Floats:
        at = as_theta(theta, self.title).reshape(-1)
        if at.shape != (1,):
            raise DomainError(f"{self.title} has one coefficient (theta); got theta of shape {np.shape(theta)}.")
        return unit_interval(at)


@dataclass(frozen=True, eq=False, repr=False)
class BernoulliTrials(Trials):
    """`trials` independent trials with `successes` successes: what `coin` and `binomial` return.

    `kind` says what was observed: "coin" the ordered sequence, "binomial" the count. The parameter is theta in [0, 1].

    >>> import stattools as st
    >>> st.binomial(6, 10)
    <BernoulliTrials binomial: 10 trials, 6 successes>
    """

    successes: int
    trials: int
    kind: Literal["coin", "binomial"]
    observed = answer_of("kind", "What was observed.")
    facts = replace(Trials.facts, is_saved=True)
    exact_null = 0.5

    def exactly(self, theta: float) -> tuple[Floats, Floats, int]:
        """The numbers of successes, their log probabilities at theta, and the number that was seen."""
        p, k = float(unit_interval(theta)), np.arange(self.trials + 1.0)
        return k, log_binomial_pmf(k, self.trials, p, 1.0 - p), self.successes


@dataclass(frozen=True, eq=False, repr=False)
class BinomialArms(Trials):
    """`trials` and `successes` of each arm, int64 arrays of shape (m,); what `st.binomial` returns for columns.

    `arms` are the labels, or None; `observed` says whether the counts alone were observed or the sequences of flips.

    >>> import stattools as st
    >>> st.binomial([6, 2], [10, 8]).maximum()
    array([0.6 , 0.25])
    """

    successes: Ints
    trials: Ints
    arms: Labels | None = None
    observed: Literal["coin", "binomial"] = "binomial"
    kind = "binomial arms"

    shape = answer_of("trials.shape", "(m,): one entry per arm.")

    @property
    def title(self) -> str:
        """What the model is, for people."""
        return "Coin flips by arm" if self.observed == "coin" else "Binomial counts by arm"

    @property
    def names(self) -> tuple[str, ...]:
        """The arms."""
        return tuple(map(str, self.arms if self.arms is not None else range(len(self.trials))))

    def over(self, labels: Labels) -> BinomialArms:
        """The same data with the arms of `labels`, which hold them all; the others saw nothing."""
        places = [labels.index(label) for label in self.arms or ()]
        successes, trials = np.zeros((2, len(labels)), dtype=np.int64)
        successes[places], trials[places] = self.successes, self.trials
        return replace(self, successes=successes, trials=trials, arms=labels)

    def loglik(self, theta: ArrayLike) -> float:
        """Log-likelihood of all arms at theta, shape (m,), each in [0, 1]."""
        return self.evaluate(theta, 0).loglik

    def _checked(self, theta: ArrayLike) -> Floats:
        theta = as_theta(theta, self.title, self.arms).reshape(-1)
        if theta.shape != self.shape:
            raise DomainError(f"{self.title} has {len(self.trials)} coefficients; got theta of shape {theta.shape}.")
        if not ((theta >= 0.0) & (theta <= 1.0)).all():
            raise DomainError(f"{self.title} needs theta, probabilities in [0, 1]; got {quoted(theta.tolist())}.")
        return theta


@dataclass(frozen=True, eq=False, repr=False)
class Waits(Trials):
    """Failures before a known number of successes, one entry per wait, int64 arrays; what `geometric` and `pascal`
    return. The parameter is theta, the probability of a success, in [0, 1].
    """

    failures: Ints
    wanted: Ints
    kind: Literal["geometric", "pascal"]
    kinds = INTERVALS_OF_WAITS

    @property
    def successes(self) -> int:
        """Successes in all waits."""
        return int(self.wanted.sum())

    @property
    def trials(self) -> int:
        """Trials in all waits."""
        return int(self.wanted.sum() + self.failures.sum())

    @property
    def n(self) -> int:
        """Number of waits."""
        return len(self.failures)

    @property
    def counted(self) -> str:
        """What was counted, in words."""
        return f"{many(self.n, 'wait')}, {many(self.successes, 'success')} in {many(self.trials, 'trial')}"

    @property
    def start(self) -> Floats:
        """A point strictly inside (0, 1), shape (1,)."""
        return np.array([self.successes / (self.trials + 1.0)])

    def pointwise(self, p: ArrayLike, q: ArrayLike) -> Floats:
        """Log probability of each wait, shape (..., n), at theta = p with q = 1 - p given apart."""
        p, q = (np.asarray(v, dtype=float)[..., None] for v in (p, q))
        size = self.wanted + self.failures  # C(f+r-1, f) is C(f+r, f) r / (f+r)
        return log_binomial_pmf(self.wanted, size, p, q) + np.log(self.wanted / size)

    def log_probability(self, p: ArrayLike, q: ArrayLike) -> Floats:
        """Log-likelihood at theta = p with q = 1 - p given apart, so that probabilities near 1 lose no digits."""
        return self.pointwise(p, q).sum(axis=-1)

    def variance(self, theta: Any) -> float:
        """Variance of the estimate by the expected information, theta^2 (1 - theta) / r."""
        return float(theta**2 * (1.0 - theta) / self.successes)

    def test(self) -> tuple[float, float]:
        """Score test of theta = 1/2: z = (r - f) / sqrt(2 r) and its two-sided p-value."""
        return arms.two_sided((2 * self.successes - self.trials) / (2.0 * self.successes) ** 0.5)


def unit_interval(theta: ArrayLike, shape: tuple[int, ...] = ()) -> Floats:
    """theta as float64, or a DomainError that says which entry is not a probability."""
    values = as_numbers(theta, "theta is a probability, a number in [0, 1]", shape)
    bad = ~((values >= 0.0) & (values <= 1.0))
    if bad.any():
        first = np.argwhere(bad)[0].tolist()
        place = f" at position {', '.join(map(str, first))}" if first else ""
        raise DomainError(f"theta is a probability, a number in [0, 1]; got {values[bad][0]:.6g}{place}.")
    return values


def _over(count: int | Ints, theta: Floats) -> Floats:
    """count / theta, and 0 where nothing was counted, at theta = 0 too."""
    return np.divide(count, theta, out=np.zeros_like(theta), where=count > 0)


def coin(flips: object, table: object = None, /, *, by: object = None, data: object = None) -> Trials:
    """The Bernoulli likelihood of an ordered sequence of flips, each 0 or 1 (or False, True).

    Takes a list, an array, or a pandas, Polars or Arrow series, or the name of a column of `data`. With `by`, labels or
    the name of a column, the flips of each arm are a sequence of their own; so they are from a formula and a `table`,
    `coin("y ~ arm", table)`, which drops and counts rows with a missing value. Raises DomainError for anything that is
    not 0 or 1, for missing flips outside of a formula, and for an empty or two-dimensional input.

    >>> import numpy as np
    >>> model = coin([0, 1, 0, 1, 1, 1, 0, 0, 1, 1])
    >>> round(float(np.exp(model.loglik(0.2))), 12)  # 0.2^6 0.8^4
    2.62144e-05
    >>> coin("y ~ arm", {"y": [1, 0, None, 1], "arm": ["A", "A", "A", "B"]})
    <BinomialArms binomial arms: 3 trials, 2 successes, 2 arms>
    """
    if (rows := arms.arm_rows("coin", flips, table, by, data)) is not None:
        return rows.model(lambda: coin(rows.outcome, by=rows.by))
    arms.require_formula("coin", table)
    if by is not None or data is not None:
        flips, by = arms.columns("coin", data, flips=flips, by=by).values()
    heads = _heads(flips)
    if by is None:
        return BernoulliTrials(int(np.count_nonzero(heads)), len(heads), "coin")
    groups = arms.grouping("coin", by, flips, len(heads))
    one = heads.astype(np.int64)
    return BinomialArms(groups.total(one), groups.total(np.ones_like(one)), groups.labels, "coin")


def binomial(
    successes: object,
    trials_or_table: object = None,
    /,
    *,
    trials: object = None,
    by: object = None,
    data: object = None,
) -> Trials:
    """The binomial likelihood of a count: `binomial(successes, trials)`, the order unknown or ignored.

    Both are whole numbers, 0 <= successes <= trials, trials >= 1. Given columns (lists, arrays, series, or names of
    columns of `data`) there is one arm per entry, labelled by the index of a series, or one per label of `by`: counts
    of the same label are summed. So they are from a formula and a table: `binomial("successes + failures ~ arm",
    table)`, as in `st.logistic`, or `binomial("successes ~ arm", table, trials="trials")`; `~ 1` sums all rows to one
    count; rows with a missing value are dropped and counted. Raises DomainError otherwise, with the arm.

    >>> import numpy as np
    >>> model = binomial(6, 10)
    >>> round(float(np.exp(model.loglik(0.2))), 12)  # C(10, 6) 0.2^6 0.8^4
    0.005505024
    >>> binomial([6, 2, 3], [10, 8, 5], by=["B", "A", "B"])
    <BinomialArms binomial arms: 23 trials, 11 successes, 2 arms>
    >>> binomial("dead + alive ~ arm", {"dead": [6, 2, 3], "alive": [4, 6, 2], "arm": ["B", "A", "B"]})
    <BinomialArms binomial arms: 23 trials, 11 successes, 2 arms>
    """
    formula, failures = grouped_formula(successes)
    rows = arms.arm_rows("binomial", formula, trials_or_table, by, data, trials=trials, failures=failures)
    if rows is not None:
        return rows.model(lambda: _from_rows(rows, failures))
    if trials is not None and trials_or_table is not None:
        raise DomainError("binomial got trials twice, second and as trials=; give one of them.")
    every = trials if trials_or_table is None else trials_or_table
    if by is not None or data is not None or axes(successes) == 1 or axes(every) == 1:
        return _arms(successes, every, by, data)
    n = whole_number(every, "trials", at_least=1)
    k = whole_number(successes, "successes", at_least=0)
    if k > n:
        raise DomainError(f"binomial needs successes <= trials; got {k} successes in {n} trials. Check their order.")
    return BernoulliTrials(k, n, "binomial")


def _arms(successes: object, trials: object, by: object, data: object) -> BinomialArms:
    ones, every, by = arms.columns("binomial", data, successes=successes, trials=trials, by=by).values()
    if axes(ones) == 0:
        raise DomainError(f"binomial needs successes, one count per arm; got {quoted(ones)}.")
    every = every if axes(every) else np.full(len(ones), every)
    if axes(every) != 1 or axes(ones) != 1 or len(every) != len(ones):
        shapes = f"{len(ones)} successes and {len(every)} trials"
        raise DomainError(f"binomial needs one number of trials per number of successes; got {shapes}.")
    groups = arms.grouping("binomial", by, ones if hasattr(ones, "iloc") and data is None else every, len(ones))
    k, n = arms.counts(ones, "successes", groups), arms.counts(every, "trials", groups)
    if (k > n).any():
        first = int(np.argmax(k > n))
        where = groups.name(int(groups.index[first]))
        raise DomainError(
            f"binomial needs successes <= trials; got {k[first]} successes in {n[first]} trials, {where}. "
            "Check their order."
        )
    k, n = groups.total(k), groups.total(n)
    if (n == 0).any():
        empty = groups.name(int(np.argmax(n == 0)))
        raise DomainError(f"binomial needs at least one trial in each arm; {empty} has none. Leave it out.")
    return BinomialArms(k, n, groups.labels)


def _from_rows(rows: ArmRows, failures: str | None) -> Trials:
    """The counts of a formula, summed by arm; over all rows without arms."""
    trials = rows.beside["trials"]
    if (failures is None) is (trials is None):
        raise DomainError(
            f'binomial needs "successes + failures ~ arm", or successes and trials=; got '
            f"{'neither failures nor trials=' if trials is None else 'failures and trials= as well'}."
        )
    if failures is not None:
        trials = arms.counts(rows.outcome, "successes") + arms.counts(rows.beside["failures"], "failures")
    by = np.zeros(len(rows.outcome)) if rows.by is None else rows.by
    model = _arms(rows.outcome, trials, by, None)
    return BernoulliTrials(int(model.successes[0]), int(model.trials[0]), "binomial") if rows.by is None else model


def _heads(flips: object) -> NDArray[np.bool_]:
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
        numbers = (isinstance(v, Real | np.bool_) and not isinstance(v, np.timedelta64) for v in values)  # no durations
        good = np.fromiter((ok and v in (0, 1) for ok, v in zip(numbers, values, strict=True)), dtype=bool)
    if not good.all():
        position = int(np.argmin(good))
        bad = values[position].item() if isinstance(values[position], np.generic) else values[position]
        raise DomainError(f"coin needs flips that are 0 or 1; got {quoted(bad)} at position {position}. {_remedy(bad)}")
    return values.astype(bool)


def _remedy(bad: object) -> str:
    if isinstance(bad, str):
        return f"Code the flips first, for example [flip == {quoted(bad)} for flip in flips]."
    if isinstance(bad, Real) and bad == bad:
        return "For a count of heads use st.binomial(successes, trials)."
    return "Missing flips are not dropped for you: drop them first."


_FLAT = "Give a flat list or a column, such as [0, 1, 1]."


def geometric(failures: object, /, *, data: object = None) -> Waits:
    """The likelihood of waits: how many failures came before each success, one or more numbers 0, 1, 2, ...

    Raises DomainError for numbers that are negative, fractional or missing, with their position.

    >>> import stattools as st
    >>> float(st.fit(st.geometric([0, 3, 1])).estimate[0])  # 3 successes in 7 trials
    0.428571...
    """
    return _waits("geometric", failures, 1, data)


def pascal(failures: object, /, *, successes: object, data: object = None) -> Waits:
    """The likelihood of the failures before the r-th success, r = `successes` known (the Pascal, or negative binomial,
    distribution).

    `failures` is one number or a column, `successes` a number, at least 1, or one per number of failures. Raises
    DomainError for numbers that are negative, fractional or missing.

    >>> import stattools as st
    >>> st.posterior(st.pascal(7, successes=3), prior=st.Beta(1, 1))
    Beta(4, 8)
    """
    return _waits("pascal", failures, successes, data)


def _waits(who: Literal["geometric", "pascal"], failures: object, successes: object, data: object) -> Waits:
    lost, wanted = arms.columns(who, data, failures=failures, successes=successes).values()
    if axes(lost) == 0:
        lost = [whole_number(lost, "failures", at_least=0)]
    f = arms.counts(lost, "failures")
    if axes(wanted) == 0:
        wanted = np.full(len(f), whole_number(wanted, "successes", at_least=1))
    r = arms.counts(wanted, "successes", at_least=1)
    if len(r) != len(f):
        raise DomainError(f"{who} needs one number of successes per number of failures; got {len(r)} for {len(f)}.")
    return Waits(f, r, who)
