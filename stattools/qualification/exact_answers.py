"""Least squares without round-off: the normal equations in integers, by fraction-free elimination.

    X^T X b = X^T y,   se_j^2 = (y^T y - b^T X^T y) / (n - p) (X^T X)^-1_jj

Every float64 is a rational number, so the answer is exact for the data as they are stored; it is rounded once, at the
end. Cost O(p^3) multiplications of integers that grow to p times the digits of the data.
Source: Bareiss, Sylvester's identity and multistep integer-preserving Gaussian elimination (1968).

Least squares where the right answer is known to the last digit, and hard to get.

Wampler's polynomials are made by their formula and, like Longley's data and random whole-number designs with columns
that are nearly combinations of each other, solved in exact rationals. Fifteen digits of data times the condition of the
design is what double precision has: the promises fall with the condition.

Source: Wampler, J. Am. Stat. Assoc. 65 (1970), 549-565; Longley, J. Am. Stat. Assoc. 62 (1967), 819-841.

NIST's Statistical Reference Datasets: .dat files with certified values, linear least squares and one sample.

A file has a header with the certified values and ends in the data, one row per line: y, then the predictors. Certified
are 15 digits; powers of a predictor are rounded to double precision before any fit, which costs digits where they are
nearly dependent: five are asked for, of whichever set.

Source: https://www.itl.nist.gov/div898/strd/.

Models whose answer is a formula, and exact posteriors, against SciPy, quadrature and other formulas.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import statsmodels.api as sm
from numpy.typing import ArrayLike, NDArray
from scipy import integrate, special, stats
from scipy.special import gammaln

import stattools as st
from stattools.errors import DomainError, IdentificationError
from stattools.interface.arrays import Floats
from stattools.qualification.agreements import shipped
from stattools.qualification.reading import Measured, PromisedDigits, digits, readings, readings_of

type Rationals = list[Fraction]
type Build = Callable[[], tuple[Floats, Floats]]


@dataclass(frozen=True)
class ExactFit:
    """Coefficients and their variances as rationals, and the residual sum of squares."""

    estimate: tuple[Fraction, ...]
    variance: tuple[Fraction, ...]
    rss: Fraction
    n: int

    @property
    def se(self) -> tuple[float, ...]:
        """Standard errors, rounded once."""
        return tuple(_root(value) for value in self.variance)

    @property
    def loglik(self) -> float:
        """Gaussian log-likelihood at its maximum; infinite for an exact fit.

        >>> round(exact_least_squares([[1], [1]], [0, 2]).loglik, 6)
        -2.837877
        """
        if not self.rss:
            return math.inf
        return -0.5 * self.n * (math.log(2.0 * math.pi) + math.log(self.rss / self.n) + 1.0)


def exact_least_squares(X: Sequence[Sequence[float]], y: Sequence[float]) -> ExactFit:
    """The least squares fit of y (n) on the columns of X (n, p), numbers that are rational.

    Raises IdentificationError where a column is a combination of the others: exactly, not nearly.

    >>> fit = exact_least_squares([[1, 0], [1, 1], [1, 2]], [1, 2, 4])
    >>> [str(b) for b in fit.estimate], str(fit.rss)
    (['5/6', '3/2'], '1/6')
    """
    rows, right = [list(map(Fraction, row)) for row in X], list(map(Fraction, y))
    n, p = len(rows), len(rows[0])
    gram = [[sum((row[i] * row[j] for row in rows), Fraction()) for j in range(p)] for i in range(p)]
    moment = [sum((row[i] * value for row, value in zip(rows, right, strict=True)), Fraction()) for i in range(p)]
    identity = [[Fraction(int(i == j)) for j in range(p)] for i in range(p)]
    solved = solve([[*gram[i], moment[i], *identity[i]] for i in range(p)], p)
    estimate = [row[0] for row in solved]
    rss = sum((value * value for value in right), Fraction())
    rss -= sum((b * m for b, m in zip(estimate, moment, strict=True)), Fraction())
    spread = rss / (n - p) if n > p else Fraction()
    return ExactFit(tuple(estimate), tuple(solved[j][1 + j] * spread for j in range(p)), rss, n)


def solve(augmented: Sequence[Rationals], p: int) -> list[Rationals]:
    """The right-hand columns of p augmented equations, solved. Each row is first scaled to integers.

    >>> solve([[Fraction(2), Fraction(1), Fraction(5)], [Fraction(1), Fraction(3), Fraction(10)]], 2)
    [[Fraction(1, 1)], [Fraction(3, 1)]]
    """
    table = [_integers(row) for row in augmented]
    last = 1
    for k in range(p):
        pivot = next((i for i in range(k, p) if table[i][k]), None)
        if pivot is None:
            raise IdentificationError(
                f"exact least squares needs columns that are no combination of each other; column {k + 1} is one."
            )
        if pivot != k:
            table[k], table[pivot] = table[pivot], table[k]
        for i in range(p):
            if i != k:  # the quotient is a whole number, by Sylvester's identity
                table[i] = [
                    (table[k][k] * a - table[i][k] * b) // last for a, b in zip(table[i], table[k], strict=True)
                ]
        last = table[k][k]
    return [[Fraction(value, table[i][i]) for value in table[i][p:]] for i in range(p)]


def _integers(row: Rationals) -> list[int]:
    scale = math.lcm(*(value.denominator for value in row))
    return [int(value * scale) for value in row]


def _root(value: Fraction) -> float:
    """The square root, correct to the last digit or nearly: from the integer root of 2^2s value."""
    if value <= 0:
        return 0.0
    shift = 64 + max(0, value.denominator.bit_length() - value.numerator.bit_length())
    scaled = (value.numerator << (2 * shift)) // value.denominator
    return float(Fraction(math.isqrt(scaled), 1 << shift))


type Promise = tuple[float | None, float | None, float | None]

WAMPLER_NOISE = (759, -2048, 2048, -2048, 2523, -2048, 2048, -2048, 1838, -2048, 2048)
"""Wampler's disturbance: symmetric about the middle, orthogonal to the polynomials; sets 3, 4, 5 have it 1, 100 and
10,000 times."""


def wampler(number: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """X (21, 6), the powers 0 to 5 of 0 ... 20, and the outcome of Wampler's set `number`, 1 to 5.

    >>> wampler(1)[1][:3].tolist(), wampler(3)[1][:3].tolist()
    ([1.0, 6.0, 63.0], [760.0, -2042.0, 2111.0])
    """
    X = [[x**power for power in range(6)] for x in range(21)]
    noise = [*WAMPLER_NOISE, *WAMPLER_NOISE[-2::-1]]
    if number == 2:
        y = [sum(value / 10**power for power, value in enumerate(row)) for row in X]
        return np.array(X, dtype=float), np.array(y)
    times = {1: 0, 3: 1, 4: 100, 5: 10_000}[number]
    return np.array(X, dtype=float), np.array([sum(X[i]) + times * noise[i] for i in range(21)], dtype=float)


def longley() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longley's employment data, as statsmodels ships them, with an intercept."""
    from statsmodels.datasets import longley as data

    frame: Any = data.load_pandas().data
    X = frame[["GNPDEFL", "GNP", "UNEMP", "ARMED", "POP", "YEAR"]].to_numpy(dtype=float)
    return np.column_stack([np.ones(len(X)), X]), frame["TOTEMP"].to_numpy(dtype=float)


def nearly_dependent(seed: int, exponent: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Whole numbers, 40 rows and 5 columns: the last is the sum of the others times 10^exponent, plus small noise, so
    that the condition of the design is about 10^exponent.
    """
    rng = np.random.default_rng(seed)
    X = rng.integers(-50, 51, size=(40, 4))
    last = X.sum(axis=1) * 10**exponent + rng.integers(-50, 51, size=40)
    y = X @ [3, -2, 5, 7] + rng.integers(-100, 101, size=40)
    return np.column_stack([X, last]).astype(float), y.astype(float)


def hard_data(build: Build, effort: float = 1.0) -> Measured:
    """Digits of our least squares against the exact answer to the same float64 data."""
    X, y = build()
    exact = _exact(build)
    fit = st.fit(st.ols(y, X, intercept=False))
    perfect = not exact.rss or float(exact.rss) < 1e-12 * float(y @ y) * np.finfo(float).eps
    return Measured(
        estimate=digits(fit.estimate, [float(b) for b in exact.estimate]),
        se=None if perfect else digits(fit.se, exact.se),
        loglik=None if perfect else digits(fit.loglik, exact.loglik),
        readings=readings("estimate", fit.estimate, 1e-4) if perfect else readings_of(fit),
    )


@cache
def _exact(build: Build) -> ExactFit:
    X, y = build()
    return exact_least_squares(X.tolist(), y.tolist())


def _of_hard_data(data: str, build: Build, promise: Promise) -> PromisedDigits:
    return PromisedDigits("accuracy", "linear regression", data, "exact rationals", partial(hard_data, build), promise)


OF_HARD_DATA = (
    *(
        _of_hard_data(f"Wampler {number}", partial(wampler, number), owed)
        for number, owed in (
            (1, (8, None, None)),
            (2, (8, None, None)),
            (3, (8, 10, 10)),
            (4, (7, 10, 10)),
            (5, (5, 10, 10)),
        )
    ),
    _of_hard_data("Longley", longley, (10, 10, 10)),
    *(
        _of_hard_data(f"whole numbers, condition 1e{exponent}", partial(nearly_dependent, 7, exponent), owed)
        for exponent, owed in ((2, (10, 10, 10)), (5, (9, 10, 10)), (8, (6, 6, 8)))
    ),
)


NUMBER = r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[EeDd][-+]?\d+)?)"
COEFFICIENT = re.compile(rf"^\s*B(\d+)\s+{NUMBER}\s+{NUMBER}\s*$", re.MULTILINE)
MEAN = re.compile(rf"(?:^Sample Mean[^:\n]*:|^mean\s*=)\s*{NUMBER}", re.MULTILINE)
SPREAD = re.compile(rf"(?:^Sample Standard Dev[^:\n]*:|^standardDeviation\s*=)\s*{NUMBER}", re.MULTILINE)
PROMISE = (5.0, 5.0, None)


@dataclass(frozen=True, eq=False)
class CertifiedSet:
    """The data of a file (y first), and its certified estimates and standard errors. A sample has one estimate, its
    mean, and `se` holds its standard deviation.
    """

    name: str
    rows: Floats
    estimate: tuple[float, ...]
    se: tuple[float, ...]
    is_sample: bool
    has_intercept: bool = True
    is_polynomial: bool = False

    @property
    def design(self) -> Floats:
        """X (n, p): an intercept if there is one, then the predictors or the powers of the only one."""
        x = self.rows[:, 1:]
        first = [np.ones(len(x))] if self.has_intercept else []
        if self.is_polynomial:
            return np.column_stack([x[:, 0] ** power for power in range(len(self.estimate))])
        return np.column_stack([*first, x])


def read_certified(path: Path) -> CertifiedSet:
    """Read one file; DomainError where it has no certified values or no rows of numbers at its end."""
    try:
        text = path.read_text(encoding="latin-1").replace("\r\n", "\n")
    except OSError as error:
        raise DomainError(f"--nist needs .dat files that can be read; {path.name}: {error}") from None
    rows = _rows(text)
    found = sorted((int(number), estimate, se) for number, estimate, se in COEFFICIENT.findall(text))
    mean, spread = MEAN.search(text), SPREAD.search(text)
    if not len(rows) or not (found or (mean and spread)):
        raise DomainError(
            f"--nist needs NIST's .dat files, with certified values and rows of data; {path.name} has "
            f"{'none' if not found and not mean else 'no rows'}."
        )
    if found:
        estimate, se = (tuple(float(row[i]) for row in found) for i in (1, 2))
        many = len(found) > rows.shape[1]
        return CertifiedSet(path.stem, rows, estimate, se, False, found[0][0] == 0, many)
    if not (mean and spread):
        raise DomainError(f"--nist needs a certified mean and standard deviation; {path.name} lacks one.")
    return CertifiedSet(path.stem, rows, (float(mean[1]),), (float(spread[1]),), True)


def measure_certified(certified: CertifiedSet, effort: float = 1.0) -> Measured:
    """Digits of our estimates and standard errors against the certified ones."""
    if certified.is_sample:
        y = certified.rows[:, 0]
        fit = st.fit(st.normal(y))
        spread = float(fit.se[0]) * np.sqrt(len(y)) * np.sqrt(len(y) / (len(y) - 1.0))
        return Measured(
            digits(fit.estimate[0], certified.estimate[0]),
            digits(spread, certified.se[0]),
            readings=readings("mean", fit.estimate[0]),
        )
    fit = st.fit(st.ols(certified.rows[:, 0], certified.design, intercept=False))
    exact = not any(certified.se)  # a perfect fit, whose standard errors are 0: no digits to count
    found = digits(fit.estimate, certified.estimate), None if exact else digits(fit.se, certified.se)
    return Measured(*found, readings=readings("estimate", fit.estimate, 1e-4))


def certified_checks(folder: Path) -> tuple[PromisedDigits, ...]:
    """One check per .dat file of a folder and those in it; DomainError where there is none."""
    paths = sorted(folder.rglob("*.dat"))
    if not paths:
        raise DomainError(f"--nist needs a folder with NIST's .dat files; {folder} has none.")
    return tuple(_certified(read_certified(path)) for path in paths)


def _certified(certified: CertifiedSet) -> PromisedDigits:
    model = "normal sample" if certified.is_sample else "linear regression"
    return PromisedDigits(
        "accuracy", model, f"NIST {certified.name}", "certified", partial(measure_certified, certified), PROMISE
    )


def _rows(text: str) -> Floats:
    """The last lines that hold numbers only, as many in each."""
    found: list[list[float]] = []
    for line in reversed(text.rstrip().splitlines()):
        try:
            row = [float(word) for word in line.split()]
        except ValueError:
            break
        if not row or (found and len(row) != len(found[0])):
            break
        found.append(row)
    return np.array(found[::-1])


def normal_sample(effort: float = 1.0) -> Measured:
    """Mean, standard error of the mean and log-likelihood of one sample."""
    y = shipped("nile")["volume"].to_numpy(dtype=float)
    fit = st.fit(st.normal(y))
    exact = stats.norm.logpdf(y, y.mean(), y.std()).sum()
    return Measured(
        digits(fit.estimate[0], y.mean()),
        digits(fit.se[0], y.std() / np.sqrt(len(y))),
        digits(fit.loglik, exact),
        readings=readings_of(fit),
    )


def multinomial(effort: float = 1.0) -> Measured:
    """Shares, their standard errors and the log probability of the counts."""
    counts = shipped("anes96")["party"].value_counts().to_numpy()
    n = counts.sum()
    p = counts / n
    fit = st.fit(st.multinomial(counts))
    exact = stats.multinomial.logpmf(counts, n, p)
    errors = np.sqrt(p * (1 - p) / n)
    found = digits(fit.estimate, p), digits(fit.se, errors), digits(fit.loglik, exact)
    return Measured(*found, readings=readings_of(fit))


def multivariate_normal(effort: float = 1.0) -> Measured:
    """The log-likelihood of many measurements at once, at their mean and covariance."""
    Y = shipped("longley")[["GNPDEFL", "UNEMP", "ARMED"]].to_numpy(dtype=float)
    mean = Y.mean(axis=0)
    cov: Any = np.cov(Y.T, bias=True)
    model = st.multivariate_normal(Y)
    value = model.loglik(mean, cov)
    exact = stats.multivariate_normal.logpdf(Y, mean, cov).sum()
    return Measured(loglik=digits(value, exact), readings=readings("log-likelihood", value))


def firth(effort: float = 1.0) -> Measured:
    """Jeffreys' penalty in a table of two groups adds half an event to each cell: an exact answer, with separation."""
    y, x = [0] * 7 + [1] * 3 + [1] * 6, [0] * 10 + [1] * 6
    fit = st.fit(st.logistic(np.array(y), np.array(x)[:, None]), penalty=st.Jeffreys())
    first, second = np.log(3.5 / 7.5), np.log(6.5 / 0.5)
    return Measured(digits(fit.estimate, [first, second - first]), readings=readings("log odds", fit.estimate))


def ridge(effort: float = 1.0) -> Measured:
    """Ridge least squares against its formula, the intercept left alone."""
    frame = shipped("statecrime")
    X, y = frame[["hs_grad", "poverty", "single"]].to_numpy(dtype=float), frame["murder"].to_numpy(dtype=float)
    fit = st.fit(st.ols(y, X), penalty=st.Ridge(5.0))
    centered = X - X.mean(axis=0)
    slopes = np.linalg.solve(centered.T @ centered + 5.0 * np.eye(3), centered.T @ (y - y.mean()))
    found = digits(fit.estimate, [y.mean() - X.mean(axis=0) @ slopes, *slopes])
    return Measured(found, readings=readings("estimate", fit.estimate))


def gamma_by_hand(effort: float = 1.0) -> Measured:
    """A likelihood of the user's own, Gamma with a logarithmic link, against GLM."""
    frame = shipped("scotland")
    y = frame["YES"].to_numpy(dtype=float)
    X = np.column_stack([np.ones(len(y)), frame["UNEMPF"] - 15.0, frame["AGE"] - 20.0]).astype(float)

    def loglik(theta: Floats) -> float:
        mean, shape = np.exp(X @ theta[:3]), np.exp(theta[3])
        return float(np.sum(shape * np.log(shape * y / mean) - shape * y / mean - np.log(y) - gammaln(shape)))

    fit = st.fit(st.custom(loglik, start=[4.0, 0.0, 0.0, 3.0]))
    family = sm.families.Gamma(link=sm.families.links.Log())
    reference = sm.GLM(y, X, family=family).fit(tol=1e-14, tol_criterion="params", maxiter=200)
    return Measured(digits(fit.estimate[:3], reference.params), readings=readings_of(fit))


def beta(effort: float = 1.0) -> Measured:
    """Quantiles of a Beta posterior, and its evidence, against SciPy."""
    posterior = st.posterior(st.binomial(6, 10), prior=st.Beta(2, 3))
    evidence = np.log(special.comb(10, 6)) + special.betaln(8, 7) - special.betaln(2, 3)
    return _quantiles(posterior, stats.beta(8, 7).ppf, evidence)


def gamma(effort: float = 1.0) -> Measured:
    """Quantiles of a Gamma posterior of a rate, and its evidence by quadrature."""
    posterior = st.posterior(st.poisson_rate([3, 0, 2], exposure=[2.0, 1.0, 1.0]), prior=st.Gamma(2, 1))
    prior: Any = stats.gamma(2, scale=1)
    exposure = np.array([2.0, 1.0, 1.0])

    def joint(rate: float) -> float:
        return float(prior.pdf(rate) * np.prod(stats.poisson.pmf([3, 0, 2], rate * exposure)))

    evidence = np.log(integrate.quad(joint, 0.0, 40.0, epsabs=0.0, epsrel=1e-12, limit=200)[0])
    return _quantiles(posterior, stats.gamma(7, scale=1 / 5).ppf, evidence)


def normal_mean(effort: float = 1.0) -> Measured:
    """Quantiles of the mean of normal measurements of known spread."""
    y, sd, prior_sd = np.array([1.2, 0.4, 2.2, 1.9]), 0.8, 2.5
    posterior = st.posterior(st.normal(y, sd=sd), prior=st.Normal(0.0, prior_sd))
    precision = len(y) / sd**2 + 1 / prior_sd**2
    exact = stats.norm(y.sum() / sd**2 / precision, np.sqrt(1 / precision))
    covariance: Any = sd**2 * np.eye(len(y)) + prior_sd**2
    return _quantiles(posterior, exact.ppf, stats.multivariate_normal.logpdf(y, np.zeros(len(y)), covariance))


def dirichlet(effort: float = 1.0) -> Measured:
    """Means and standard deviations of shares, and the evidence, against SciPy."""
    counts, prior = np.array([5, 2, 9]), np.array([1.0, 2.0, 0.5])
    posterior = st.posterior(st.multinomial(counts), prior=st.Dirichlet(prior))
    exact = stats.dirichlet(prior + counts)
    evidence = stats.dirichlet_multinomial.logpmf(counts, prior, counts.sum())
    spread = np.sqrt(exact.var())
    found = digits(posterior.mean, exact.mean()), digits(posterior.sd, spread), digits(posterior.log_evidence, evidence)
    return Measured(*found, readings=readings("mean", posterior.mean))


def _quantiles(
    posterior: st.Beta | st.Gamma | st.Normal, exact: Callable[[Floats], Floats], evidence: ArrayLike
) -> Measured:
    ends = np.concatenate([np.ravel(posterior.interval(level, kind="eti")) for level in (0.95, 0.998)])
    return Measured(
        digits(ends, exact(np.array([0.025, 0.975, 0.001, 0.999]))),
        None,
        digits(posterior.log_evidence, evidence),
        readings=readings("end of an interval", ends),
    )


def _closed(
    model: str, data: str, reference: str, measure: Callable[[float], Measured], *promise: float | None
) -> PromisedDigits:
    return PromisedDigits("closed form", model, data, reference, measure, promise or (10, 10, 10))  # type: ignore[arg-type]


OF_CLOSED_FORMS = (
    _closed("normal sample", "nile", "scipy.stats.norm", normal_sample),
    _closed("multinomial", "anes96", "scipy.stats.multinomial", multinomial),
    _closed("multivariate normal", "longley", "scipy.stats", multivariate_normal),
    _closed("logistic, Jeffreys' penalty", "two groups, separated", "half an event more", firth, 7, None, None),
    _closed("linear, ridge", "statecrime", "the formula", ridge, 9, None, None),
    _closed("a likelihood of one's own", "scotland", "GLM Gamma", gamma_by_hand, 6, None, None),
    _closed("Beta posterior", "6 of 10", "scipy.stats.beta", beta),
    _closed("Gamma posterior", "three counts", "scipy.stats.gamma, quadrature", gamma, 10, None, 9),
    _closed("normal posterior", "four measurements", "scipy.stats.norm", normal_mean),
    _closed("Dirichlet posterior", "16 labels", "scipy.stats.dirichlet", dirichlet),
)
