"""A likelihood of one's own: `st.likelihood` makes it from a distribution of SciPy or from functions.

Derivatives are central differences of fourth order in the linear predictors, row by row:

    f'  = (8 (f_1 - f_-1) - (f_2 - f_-2)) / 12 h,    f'' = (16 (f_1 + f_-1) - (f_2 + f_-2) - 30 f_0) / 12 h^2

f_k is f at eta + k h; mixed derivatives come from f'' along the sum of two steps. h is about a thousandth of the change
of a linear predictor that moves the log-likelihood of a row by about 1: the error of f' is then some 1e-12, that of f''
some 1e-9. A row that these steps do not suit has its own: one whose scale is far smaller than that of most, or all of
them where the columns leave far less than a constant. Cost: 4 K + 1 values for K linear predictors, and four for each
pair. SciPy's distributions drop the imaginary part of a number, so that no complex step could take their place.
Source: Abramowitz & Stegun, Handbook of Mathematical Functions (1964), 25.3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import combinations, product
from types import EllipsisType, MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.errors import DomainError, FunctionError, IncompatibleError, quoted
from stattools.interface.arguments import called, is_number
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import is_one_of
from stattools.interface.seeds import generator
from stattools.interface.when_needed import stats
from stattools.likelihoods.labels import Labels
from stattools.likelihoods.likelihood import Likelihood, Terms, allowed, finite_floats, room
from stattools.likelihoods.links import LINKS
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.words import Facts, bounded, words_of_link
from stattools.text.one_line import one_line

SMALL, ROWS = 2.0**-10, 500
"""h in units of the scale of a linear predictor, a power of 2 so that eta + h is exact; rows that tell it, at most."""

EPS = float(np.finfo(float).eps)

LONG, SHORT, NOISE = (16.0 * SMALL) ** 2, (SMALL / 16.0) ** 2, 1e-10
"""f'' h^2 of a step that is too long for a row; of one that may be too short, and is where round-off is so much of f'.
"""

type OfPredictors = Callable[[Floats], Floats]
"""Values (n,) of linear predictors (n, K)."""
type Rows = NDArray[np.bool_]
type Function = Callable[..., Any]


def slopes(function: OfPredictors, eta: Floats, steps: object) -> Floats:
    """The first derivatives, (n, K)."""
    h = np.asarray(steps)
    return np.stack([_along(function, eta, h, 0.0, k)[0] for k in range(eta.shape[-1])], axis=-1) / h


def value_and_derivatives(function: OfPredictors, eta: Floats, steps: object) -> tuple[Floats, Floats, Floats]:
    """The value (n,), the first derivatives (n, K) and minus the second ones (n, K, K), by steps (K,) or (n, K).

    >>> at, steps = np.array([[1.0, 3.0]]), (1e-3, 1e-3)
    >>> _, slope, bend = value_and_derivatives(lambda eta: eta[:, 0] ** 2 * eta[:, 1], at, steps)
    >>> slope.round(9).tolist(), (bend.round(5) + 0.0).tolist()
    ([[6.0, 1.0]], [[[-6.0, -2.0], [-2.0, 0.0]]])
    """
    value, h = function(eta), np.asarray(steps)
    score, bend = room(eta.shape[:-1], eta.shape[-1])
    for a in range(eta.shape[-1]):
        score[..., a], bend[..., a, a] = _along(function, eta, h, value, a)
    for a, b in combinations(range(eta.shape[-1]), 2):
        _, both = _along(function, eta, h, value, a, b)
        bend[..., a, b] = bend[..., b, a] = 0.5 * (both - bend[..., a, a] - bend[..., b, b])
    score /= h
    bend /= -h[..., None] * h[..., None, :]
    return value, score, bend


def _along(
    function: OfPredictors, eta: Floats, steps: Floats, value: Floats | float, *axes: int
) -> tuple[Floats, Floats]:
    """The first and the second derivative along the steps of these axes, in units of them, of a function that has this
    value at eta.
    """
    near, moved = [], eta.copy()
    for k in (-2.0, -1.0, 1.0, 2.0):
        for j in axes:  # a column at a time: sums with a short row of steps take several times as long
            moved[..., j] = eta[..., j] + k * steps[..., j]
        near.append(function(moved))
    slope = (8.0 * (near[2] - near[1]) - (near[3] - near[0])) / 12.0
    return slope, (16.0 * (near[1] + near[2]) - (near[0] + near[3]) - 30.0 * value) / 12.0


def in_steps_of_rows(
    function: Callable[[EllipsisType | Rows], OfPredictors], eta: Floats, steps: Floats | Sequence[float]
) -> tuple[tuple[Floats, Floats, Floats], Floats]:
    """`value_and_derivatives` of `function(...)`, in steps of their own in the rows which `steps` do not suit, and the
    steps of all rows, (n, K): `function(rows)` is that of some rows.
    """
    found = value, score, bend = value_and_derivatives(function(...), eta, steps)
    curved = np.abs(np.einsum("...aa->...a", bend) * np.square(steps))  # not a number where a value is not finite
    noise = EPS * (np.abs(value)[..., None] + np.abs(eta * score)) / steps
    suits = (curved <= LONG * _much(value)[..., None]) & ((curved >= SHORT) | (noise <= NOISE * np.abs(score)))
    each = np.broadcast_to(steps, eta.shape)
    if not suits.all():
        off, each = ~suits.all(axis=-1), each.copy()
        each[off] = SMALL * scales(function(off), eta[off], np.divide(steps, SMALL))
        for whole, part in zip(found, value_and_derivatives(function(off), eta[off], each[off]), strict=True):
            whole[off] = part
    return found, each


def _much(value: Floats) -> Floats:
    return np.maximum(1.0, 0.01 * np.abs(value))


def scales(function: OfPredictors, eta: Floats, first: ArrayLike = 1.0) -> Floats:
    """The change of each linear predictor of a row, (n, K), that moves its log-likelihood by about 1, or by a hundredth
    of what it is, a power of 2: `first` in the rows where none is found.
    """
    sizes, value = np.broadcast_to(first, eta.shape).astype(float), function(eta)
    for k, axis in enumerate(np.eye(eta.shape[-1])):
        size = sizes[..., k].copy()
        for _ in range(60):
            step = size[..., None] * axis
            change = np.abs(function(eta + step) - 2.0 * value + function(eta - step)) / _much(value)
            found = (change >= 0.3) & (change <= 3.0)
            if found.all():
                break
            by = np.where(np.isfinite(change), np.clip(1.0 / np.sqrt(np.maximum(change, 1e-12)), 0.01, 100.0), 0.1)
            size = np.where(found, size, size * by)
        usable = np.where((size > 1e-150) & (size < 1e150), size, sizes[..., k])
        sizes[..., k] = 2.0 ** np.round(np.log2(usable))
    return sizes


OUTCOMES = {word: Outcome[word.upper()] for word in ("real", "positive", "unit", "count", "binary", "category")}
"""Kinds of outcomes by the words of `outcome=`."""

NEEDS = {
    Outcome.REAL: ("numbers", ""),
    Outcome.POSITIVE: ("positive numbers", "Drop the others, or model them apart."),
    Outcome.UNIT: ("numbers between 0 and 1, without the ends", "Drop the others, or model them apart."),
    Outcome.COUNT: ("counts 0, 1, 2, ...", "Give another outcome=."),
    Outcome.BINARY: ("outcomes 0 and 1", "Give another outcome=."),
}
"""What outcomes are, and what to do about others."""

MOMENTS = {
    "mean": ': ask for something else, such as predict(kind="link") or quantile residuals.',
    "variance": ".",
}
"""Answers that may not exist, and what is said then."""

ROUND_OFF, ROUND_OFF_OF_SUMS = 1e-9, 1e-6
"""Probabilities lie between 0 and 1, and add up to 1, within these."""


def _center(family: OwnLikelihood, eta: Floats) -> Floats:
    """The median where a quantile function is known, the mean otherwise."""
    return family._answer("quantile", eta, 0.5) if "quantile" in family.answers else family.mean(eta)


def _curvatures(family: OwnLikelihood, eta: Floats, y: Floats, times: float) -> tuple[Floats, Floats]:
    """Minus the second derivatives along each linear predictor, (n, K), by the steps of each row and by so many times
    these.
    """
    with np.errstate(all="ignore"):  # as of `loglik`
        wide = family._wide(eta)
        (_, _, bend), steps = in_steps_of_rows(lambda rows: family._function(y[rows]), wide, family.steps)
        _, _, longer = value_and_derivatives(family._function(y), wide, times * steps)
        return np.einsum("...aa->...a", bend), np.einsum("...aa->...a", longer)


@dataclass(frozen=True, eq=False, repr=False)
class OwnLikelihood(Likelihood):
    """A user's own likelihood, made by `st.likelihood`; `st.regression` makes models of it.

    `name` is what it is called, `density` log p of (y, **parameters), `answers` what else is known: "mean", "variance",
    "cdf", "survival", "quantile" and "sample", each a function of the parameters by name. `steps` are those of the
    differences; `allows` tells which outcomes have a density. One that is made of SciPy has its `distribution`, and
    the parameters that are not fitted are `fixed`. `categories` is the number of labels, 0 where there are none.
    """

    name: str
    density: Function
    by_name: Mapping[str, str]
    kind: Outcome
    answers: Mapping[str, Function] = field(default_factory=dict)
    allows: Callable[[Floats], Any] | None = None
    steps: tuple[float, ...] = ()
    distribution: Any = None
    fixed: Mapping[str, float] = field(default_factory=dict)
    categories: int = 0

    def __post_init__(self) -> None:
        event, width = self.kind is Outcome.BINARY, len(self.by_name)
        name, link = next(iter(self.by_name.items()))
        factor = f"ratio of the odds of {name}" if link == "logit" else None
        reasons = {
            word: f"{self.name} has no {word}=, which this needs. Give it to st.likelihood."
            for word in ("mean", "variance", "cdf", "sample")
            if word not in self.answers
        }
        if not event:
            reasons["deviance"] = (
                f"{self.name} has no deviance, which compares with a perfect fit of each row: how likely that is, a "
                "likelihood of one's own does not say. Its fits have loglik, AIC and st.compare."
            )
        if self.kind is Outcome.CATEGORY:
            ordered = ("variance", "cdf", "quantile")
            reasons = {word: f"{self.name} has labels without an order, and so no {word}." for word in ordered}
        facts = Facts(
            own_words=words_of_link(name, LINKS[link], f"ratio of {name}s", factor),
            is_event=event,
            side=bounded,
            center=_center,
            curvatures=_curvatures,
            knows_ends=False,
            remarks=("Derivatives are central differences of the log-likelihood, in steps of its scale.",),
            reasons=reasons,
        )
        steps = self.steps or (SMALL,) * width
        vars(self).update(parameters=dict(self.by_name), width=width, outcome=self.kind, steps=steps, facts=facts)

    @property
    def _who(self) -> str:
        """What errors call the family."""
        return self.name

    @one_line
    def __repr__(self) -> str:
        return f"OwnLikelihood({self.name!r}, parameters={dict(self.parameters)})"

    def scaled(self, y: Floats) -> OwnLikelihood:
        """This likelihood with steps that suit these outcomes (n,). DomainError unless their log-likelihood is an array
        (n,) of real numbers; FunctionError where it raises an error.
        """
        eta, who = np.zeros((len(y), self.width)), f"loglik of {self.name}"
        eta[:, 0] = self.link(np.median(y))
        values = self.values(eta)
        try:
            found = np.asarray(called(who, self.density, y, **values))  # what is not finite is told by `start`
        except FunctionError as error:
            cause, names = error.__cause__ or error, ", ".join(f"{name}=" for name in values)
            raise FunctionError(
                f"{who} is called with arrays, one entry for each row, as (y, {names}), and raised "
                f"{type(cause).__name__}: {cause}. Write it for arrays and these names; np.where makes choices."
            ) from cause
        if found.dtype.kind not in "fiu":
            raise DomainError(f"{who} returns {quoted(found)}, and needs an array of {len(y):,} real numbers.")
        if found.shape != y.shape:
            what = "one number" if found.ndim == 0 else f"an array of shape {found.shape}"
            raise DomainError(f"{who} returns {what}, and needs an array of {len(y):,}, one for each row: no sum.")
        some = y[:: max(1, len(y) // ROWS)]
        start = np.tile(self.start(y, np.ones(len(y)), np.zeros(len(y))), (len(some), 1))
        with np.errstate(all="ignore"):  # a step that is too long for the scale is seen there
            sizes = np.median(np.log2(scales(self._function(some), start)), axis=0)
        return replace(self, steps=tuple((SMALL * 2.0 ** np.round(sizes)).tolist()))

    def check(self, y: ArrayLike) -> Floats:
        """y as float64; a DomainError that says which entry is no outcome."""
        y, who, (low, high) = finite_floats(y, self.name), self.name, self.outcome.range
        whole = self.outcome.is_whole
        good = (y >= low) & (y <= high) & (y == np.floor(y)) if whole else (y > low) & (y < high)
        allowed(y, good, who, *NEEDS[self.outcome])
        if self.allows is not None:
            needs = "outcomes within the support of the distribution"
            allowed(y, np.asarray(self.allows(y), dtype=bool), who, needs, "Drop the others, or take another one.")
        return y

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """log p(y), per observation."""
        with np.errstate(all="ignore"):  # far out a density may overflow: a solver sees that it is not finite
            return self._function(np.asarray(y, dtype=float))(self._wide(eta))

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        with np.errstate(all="ignore"):  # as above
            wide = self._wide(eta)
            y = np.broadcast_to(np.asarray(y, dtype=float), wide.shape[:-1])
            (value, score, information), _ = in_steps_of_rows(lambda rows: self._function(y[rows]), wide, self.steps)
        return (value, score[..., 0], information[..., 0, 0]) if self.width == 1 else (value, score, information)

    def mean(self, eta: ArrayLike) -> Floats:
        """The mean of the outcome, shape (n,); IncompatibleError where it does not exist."""
        return self._answer("mean", eta)

    def link(self, mean: ArrayLike) -> Floats:
        """The first linear predictor where the first parameter is this number, as far as it can be."""
        link = LINKS[next(iter(self.parameters.values()))]
        with np.errstate(all="ignore"):  # a number that the parameter cannot be has no linear predictor
            eta = np.asarray(link.of(mean), dtype=float)
        return np.where(np.isfinite(eta), eta, 0.0)

    def slope(self, eta: ArrayLike) -> Floats:
        """d mean / d eta, shape (n, K, width); K is 1 where the mean is one number."""
        found = slopes(lambda at: self.mean(at if self.width > 1 else at[:, 0]), self._wide(eta), self.steps)
        return found if self.categories else found[:, None, :]

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """The variance of `observed` under eta, shape (n,); IncompatibleError where it does not exist."""
        return self._answer("variance", eta)

    def cdf(self, eta: Floats, y: Floats) -> Floats:
        """P(outcome <= y), shape (n,)."""
        found = self._answer("cdf", eta, y)
        if not ((found >= -ROUND_OFF) & (found <= 1.0 + ROUND_OFF)).all():
            raise DomainError(
                f"cdf= of {self.name} returns {found[(found < 0) | ~(found <= 1)][0]:.6g}: no probability."
            )
        return found

    def survival(self, eta: Floats, y: Floats) -> Floats:
        """P(outcome > y), with its own digits where that is small."""
        return self._answer("survival", eta, y) if "survival" in self.answers else 1.0 - self.cdf(eta, y)

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One outcome per row of eta."""
        wide = self._wide(eta)
        return self._answer("sample", eta, size=wide.shape[:-1], random_state=generator(seed))

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """Constants near the maximum: from the median and the spread of some outcomes, by a simplex search."""
        from scipy.optimize import minimize

        pick = slice(None, None, max(1, len(y) // ROWS))
        some, w, shift = y[pick], weight[pick], offset[pick]
        ends = np.quantile(some, [0.25, 0.5, 0.75])
        spread = float((ends[2] - ends[0]) / 1.35) or float(np.std(some)) or 1.0
        first = [
            float(self.link(ends[1] or np.mean(some))) if k == 0
            else np.log(spread) if link == "log" and name in ("scale", "sigma", "sd") else 0.0
            for k, (name, link) in enumerate(self.parameters.items())
        ]  # fmt: skip
        size, beside = np.ones(self.width), np.zeros((len(some), self.width))
        size[0], beside[:, 0] = spread if next(iter(self.parameters.values())) == "identity" else 1.0, shift
        function = self._function(some)

        def loss(step: Floats) -> float:
            with np.errstate(all="ignore"):  # outside of the domain there is no density
                value = float(w @ function(beside + (first + size * step)))
            return -value if np.isfinite(value) else 1e300

        tries = (np.append(0.0, np.full(self.width - 1, value)) for value in (0.0, 1.0, spread, 0.3, -1.0))
        best = min(tries, key=loss)
        if loss(best) >= 1e300:
            near = ", ".join(f"{name} = {float(at[0]):.3g}" for name, at in self.values(np.atleast_2d(first)).items())
            raise DomainError(
                f"{self.name} has no finite log-likelihood near {near}, where the outcomes lie. Check the function, "
                "the links and the outcome."
            )
        found = minimize(loss, best, method="Nelder-Mead", options={"maxfev": 120 * self.width, "fatol": 1e-3})
        here, further, far = (loss(times * found.x) for times in (1.0, 2.0, 4.0))
        if here < -1e100 or (further < here - 1.0 and far < further - 1.0):
            raise DomainError(
                f"the log-likelihood of {self.name} rises without end away from where the outcomes lie: is this the "
                "negative log-likelihood? Return the log-likelihood itself."
            )
        return np.asarray(first + size * found.x, dtype=float)

    def _lacks(self, question: str) -> IncompatibleError:
        """The error for what was not given."""
        if question.partition("(")[0] in self.facts.reasons:
            return super()._lacks(question)
        return IncompatibleError(f"{self.name} has no {question}, which is not known of a likelihood of your own.")

    def values(self, wide: Floats) -> dict[str, Floats]:
        """The parameters by name, each (n,), of linear predictors (n, width)."""
        return {name: LINKS[link].mean(wide[..., k]) for k, (name, link) in enumerate(self.parameters.items())}

    def _function(self, y: Floats) -> Callable[[Floats], Floats]:
        who = f"loglik of {self.name}"
        return lambda eta: np.asarray(called(who, self.density, y, **self.values(eta)), dtype=float)

    def _answer(self, name: str, eta: ArrayLike, *given: object, **beside: object) -> Floats:
        if name not in self.answers:
            raise self._lacks(name)
        values = self.values(self._wide(eta))
        found = called(f"{name}= of {self.name}", self.answers[name], *given, **values, **beside)
        try:
            found = np.asarray(found, dtype=float)
        except (TypeError, ValueError):
            raise DomainError(f"{name}= of {self.name} returns {quoted(found)}, which is not numeric.") from None
        if name in MOMENTS and not np.isfinite(found).all():
            raise IncompatibleError(f"the {name} of {self.name} does not exist at these parameters{MOMENTS[name]}")
        rows = next(iter(values.values())).shape
        try:
            return np.broadcast_to(found, np.broadcast_shapes(found.shape, rows)).copy()
        except ValueError:
            raise DomainError(
                f"{name}= of {self.name} returns an array of shape {found.shape} for rows of shape {rows}."
            ) from None


@dataclass(frozen=True, eq=False, repr=False)
class OwnCategories(Labels, OwnLikelihood):
    """A user's own likelihood of labels; `categories` is their number, 0 before there are data."""

    remedy = "Give labels to st.regression."

    def _sums(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """Those of the codes as numbers."""
        return OwnLikelihood._sums(self, y, weight, offset)

    def among(self, categories: int) -> OwnCategories:
        """This likelihood for so many labels."""
        return replace(self, categories=categories)

    def scaled(self, y: Floats) -> OwnLikelihood:
        """This likelihood with steps that suit these outcomes; probabilities add up to 1 where a climb begins."""
        found, start = super().scaled(y), self.start(y, np.ones(len(y)), np.zeros(len(y)))
        total = float(self.mean(start[0] if self.width == 1 else start).sum())
        if not abs(total - 1.0) < ROUND_OFF_OF_SUMS:
            raise DomainError(
                f"{self.name}: the probabilities of the {self.categories} labels add up to {total:.6g}, not 1. loglik "
                f"returns log P(y) for the codes y = 0, ..., {self.categories - 1} of the labels in their order."
            )
        return found

    def mean(self, eta: ArrayLike) -> Floats:
        """All K probabilities, in the order of the labels, shape (..., K)."""
        wide = self._wide(eta)
        shape = wide.shape[:-1]
        each = [self._function(np.full(shape, float(k)))(wide) for k in range(self.categories)]
        with np.errstate(all="ignore"):  # told by `scaled`
            return np.exp(np.stack([np.broadcast_to(one, shape) for one in each], axis=-1))


TRIED, APART = (0.0, 0.7, -0.7, 2.0, -2.0, 4.0), 0.35
"""Linear predictors at which a distribution is looked at, and how far those of parameters may lie from each other."""


def of_distribution(distribution: Any, parameters: Mapping[str, str], fixed: Mapping[str, float]) -> OwnLikelihood:
    """The likelihood of a distribution, its `parameters` by name with their links, the others `fixed`.

    Raises IncompatibleError for what is no distribution with known shapes, and for one whose support moves with a
    parameter, which has no regular maximum; DomainError for a link that leaves the domain of its parameter.
    """
    is_known = getattr(stats, distribution.name, None) is distribution
    name = f"scipy.stats.{distribution.name}" if is_known else distribution.name
    continuous = isinstance(distribution, stats.rv_continuous)
    shapes = tuple(part.strip() for part in (distribution.shapes or "").split(",") if part.strip())
    known = (*shapes, "loc", "scale") if continuous else (*shapes, "loc")
    for word in (*parameters, *fixed):
        if word not in known:
            raise IncompatibleError(f"{name} has no parameter {word!r}; its parameters are {', '.join(known)}.")
    for word, value in fixed.items():
        if not is_number(value):
            raise DomainError(f"fixed= gives numbers by name; got {word}={quoted(value)}.")
    for word in (word for word in fixed if word in parameters):
        raise IncompatibleError(f"{word!r} of {name} is in parameters= and in fixed=: it is fitted, or given.")
    if missing := [shape for shape in shapes if shape not in parameters and shape not in fixed]:
        raise IncompatibleError(
            f"{name} has the shape {missing[0]!r}, which is neither fitted nor given: add it to parameters= with a "
            f"link, or give fixed={{{missing[0]!r}: ...}}."
        )
    _check_links(distribution, parameters)
    settled = {key: float(value) for key, value in fixed.items()}
    bases, low, high = _support(distribution, parameters, settled)
    log = distribution._logpdf if continuous else distribution._logpmf
    density = partial(_log_density, log, shapes, settled)
    methods = {"mean": distribution.mean, "variance": distribution.var, "cdf": distribution.cdf}
    methods |= {"survival": distribution.sf, "quantile": distribution.ppf, "sample": distribution.rvs}
    methods["log_density"] = distribution.logpdf if continuous else distribution.logpmf
    answers = {word: partial(method, **settled) for word, method in methods.items()}
    if not continuous and (low < 0.0 or low != np.floor(low)):
        raise IncompatibleError(f"{name} has outcomes below 0, or that are not whole; counts 0, 1, 2, ... are taken.")
    kinds = (Outcome.POSITIVE, Outcome.UNIT, Outcome.REAL) if continuous else (Outcome.BINARY, Outcome.COUNT)
    kind = next((kind for kind in kinds if kind.range == (low, high)), kinds[-1])
    allows = partial(_has_density, density, bases[:2], low, high)
    return OwnLikelihood(name, density, parameters, kind, answers, allows, (), distribution, settled)


def _log_density(
    log: Callable[..., Floats], shapes: Sequence[str], settled: Mapping[str, float], y: Floats, **values: object
) -> Floats:
    """The log density at y, without the checks of SciPy, whose cost is many times that of the density."""
    given = {"loc": 0.0, "scale": 1.0, **settled, **values}
    own, centered = [given[shape] for shape in shapes], y - given["loc"]
    return log(centered / given["scale"], *own) - np.log(given["scale"])


def _has_density(density: Function, bases: Sequence[Mapping[str, float]], low: float, high: float, y: Floats) -> Rows:
    """Which outcomes have a density: those between the ends where it is finite at some parameters, `bases`."""
    with np.errstate(all="ignore"):  # outcomes without a density are told
        finite = np.isfinite([density(y, **base) for base in bases]).all(axis=0)
    return finite & (y >= low) & (y <= high)


def _check_links(distribution: Any, parameters: Mapping[str, str]) -> None:
    """DomainError where a link makes numbers that the parameter cannot be."""
    infos = getattr(distribution, "_shape_info", tuple)()  # a class of a user's own says no ranges of its shapes
    domains = {info.name: info.domain for info in infos} | {"scale": (0.0, np.inf)}
    for word in (word for word in parameters if word in domains):
        link = LINKS[parameters[word]]
        low, high = (float(end) for end in np.round(domains[word], 12))  # ends that are left out are the next numbers
        least, most = -np.inf if link.mean(np.array(-1.0)) < 0.0 else 0.0, 1.0 if link.ends == (0.0, 1.0) else np.inf
        if least < low or most > high:
            usual = {(0.0, np.inf): "log", (0.0, 1.0): "logit"}.get((low, high))
            advice = f"Use the link {usual!r}." if usual else "Give it by fixed=."
            raise DomainError(
                f"{word!r} of {distribution.name} lies between {low:g} and {high:g}, and the link {link.name!r} leaves "
                f"that range. {advice}"
            )


def _support(
    distribution: Any, parameters: Mapping[str, str], settled: Mapping[str, float]
) -> tuple[list[dict[str, float]], float, float]:
    """Some parameters that the distribution can have, and the ends of its support, which are the same for all."""
    name = distribution.name

    def ends(eta: Floats) -> tuple[dict[str, Floats], Floats]:
        """The parameters at linear predictors, (K, n), and the ends of the support there, (2, n)."""
        with np.errstate(all="ignore"):  # what is no number is left out, or told
            values = {word: LINKS[link].mean(at) for (word, link), at in zip(parameters.items(), eta, strict=True)}
            return values, np.array(distribution.support(**settled, **values), dtype=float)

    eta = np.array([[at + apart * k for apart, at in product((0.0, APART), TRIED)] for k in range(len(parameters))])
    eta = eta[:, np.isfinite([*(found := ends(eta))[0].values()]).all(axis=0) & ~np.isnan(found[1]).any(axis=0)]
    if not eta.size:
        given = ", ".join(f"{word}={value:g}" for word, value in settled.items())
        raise DomainError(f"{name} has no density with {given or 'these links'}: check fixed= and links.")
    values, known = ends(eta)
    steps = [move * axis[:, None] for axis in np.eye(len(eta)) for move in (-0.3, 0.3)]
    moved = np.array([ends(eta + step)[1] for step in steps])
    wrong = (moved != known).any(axis=1).T
    if wrong.any():
        base, k = divmod(int(wrong.argmax()), len(steps))
        word = [*parameters][k // 2]
        if np.isnan(moved[k, :, base]).any():
            raise IncompatibleError(
                f"{word!r} of {name} cannot move a little from {values[word][base]:g}, as where it is a whole number: "
                "it has no derivative. Give it by fixed=."
            )
        raise IncompatibleError(
            f"the support of {name} moves with {word!r}: the outcomes at its end decide, and there is no regular "
            f"maximum. Give {word!r} by fixed=, or take another distribution."
        )
    low, high = known[:, 0].tolist()
    return [{word: float(value[k]) for word, value in values.items()} for k in range(eta.shape[1])], low, high


NOTHING: Mapping[str, Any] = MappingProxyType({})

TAKEN = ("weights", "offset", "exposure", "names", "intercept", "trials", "precision", "data", "y", "X", "size", "seed")
"""Names of arguments, which no parameter can have."""


def likelihood(
    distribution: object,
    loglik: Function | None = None,
    /,
    *,
    parameters: Mapping[str, str],
    fixed: Mapping[str, float] = NOTHING,
    outcome: str | None = None,
    mean: Function | None = None,
    variance: Function | None = None,
    cdf: Function | None = None,
    quantile: Function | None = None,
    sample: Function | None = None,
) -> OwnLikelihood:
    """A likelihood of your own, which `st.regression` makes models of, with every question of a fit.

    `st.likelihood(scipy.stats.gumbel_r, parameters={"loc": "identity", "scale": "log"})` takes a distribution of SciPy:
    `parameters` are those that are fitted, each with its link (identity, log, logit, probit, cloglog, loglog, cauchit,
    inverse, inverse-squared, sqrt), the first with the formula of the regression; shapes that are not fitted are
    `fixed`. loc is 0 and scale 1 where they are neither.

    `st.likelihood("Gumbel", loglik, parameters=..., outcome="real")` takes a name and the log density of one outcome,
    `loglik(y, **parameters)`, arrays (n,) in and out. `outcome` is "real", "positive", "unit" (between 0 and 1, without
    the ends), "count", "binary" or "category", whose y are the codes 0, 1, ... of the labels in their order: then
    probabilities and draws follow from `loglik`. `mean(**parameters)`, `variance(**parameters)`, `cdf(y,
    **parameters)`, `quantile(p, **parameters)` and `sample(size=, random_state=, **parameters)` answer more; what was
    not given is refused where it is asked. Derivatives are central differences of fourth order, and the certificate
    says so.

    Raises IncompatibleError for a frozen distribution, a shape that is neither fitted nor fixed, a support that moves
    with a parameter, a parameter named like an argument; DomainError for an unknown link or one that leaves the domain
    of its parameter.

    >>> import numpy as np, scipy.stats
    >>> import stattools as st
    >>> gumbel = st.likelihood(scipy.stats.gumbel_r, parameters={"loc": "identity", "scale": "log"})
    >>> y = [0.3, 1.9, 1.2, 3.1, 2.2, 4.9, 3.0, 5.4]
    >>> st.fit(st.regression("y ~ x", {"y": y, "x": range(8)}, gumbel)).names
    ('Intercept', 'x', 'log scale')
    """
    if not isinstance(parameters, Mapping) or not parameters:
        raise DomainError(f'parameters= is a dict of links by name, {{"loc": "identity"}}; got {quoted(parameters)}.')
    for name, link in parameters.items():
        if not isinstance(name, str) or not name.isidentifier():
            raise DomainError(f"a parameter has a name that an argument can have; got {quoted(name)}.")
        if name in TAKEN:
            raise IncompatibleError(f"a parameter cannot be called {name!r}, as an argument of st.regression is.")
        if not is_one_of(link, LINKS):
            raise DomainError(f"{name!r} has one of the links {', '.join(LINKS)}; got {quoted(link)}.")
    parameters = dict(parameters)
    if not isinstance(fixed, Mapping):
        raise DomainError(f'fixed= is a dict of numbers by name, {{"shape": 2.0}}; got {quoted(fixed)}.')
    given = {"mean": mean, "variance": variance, "cdf": cdf, "quantile": quantile, "sample": sample}
    if isinstance(distribution, str):
        if fixed:
            raise IncompatibleError("fixed= belongs to distributions of SciPy; write the number into loglik.")
        if not callable(loglik):
            raise IncompatibleError(
                f"st.likelihood({quoted(distribution)}, loglik, ...) needs loglik, a function of (y, "
                f"{', '.join(parameters)}); got {quoted(loglik)}."
            )
        if not is_one_of(outcome, OUTCOMES):
            raise DomainError(f"outcome= is one of {', '.join(map(repr, OUTCOMES))}; got {quoted(outcome)}.")
        answers = {word: value for word, value in given.items() if value is not None}
        for word, value in answers.items():
            if not callable(value):
                raise IncompatibleError(f"{word}= is a function of the parameters; got {quoted(value)}.")
        if OUTCOMES[outcome] is not Outcome.CATEGORY:
            return OwnLikelihood(distribution, loglik, parameters, OUTCOMES[outcome], answers)
        if answers:
            raise IncompatibleError(f"probabilities of labels follow from loglik; leave {next(iter(answers))}= out.")
        return OwnCategories(distribution, loglik, parameters, Outcome.CATEGORY)
    if isinstance(distribution, stats.distributions.rv_frozen):
        raise IncompatibleError(
            f"{distribution.dist.name} is frozen, its parameters are numbers: give the distribution itself, "
            f"scipy.stats.{distribution.dist.name}, and what is not fitted by fixed=."
        )
    if not isinstance(distribution, stats.rv_continuous | stats.rv_discrete):
        raise IncompatibleError(
            "st.likelihood takes a distribution of SciPy such as scipy.stats.gumbel_r, or a name and a function, "
            f'("Gumbel", loglik); got {quoted(distribution)}.'
        )
    for word, value in {"loglik": loglik, "outcome": outcome, **given}.items():
        if value is not None:
            raise IncompatibleError(f"{distribution.name} answers {word} itself; leave {word}= out.")
    return of_distribution(distribution, parameters, dict(fixed))
