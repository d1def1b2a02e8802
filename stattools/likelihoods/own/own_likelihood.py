"""A likelihood from functions: what one observation says, in the parameters of its distribution by their names.

Each parameter has a linear predictor behind its link. The log-likelihood is given; its derivatives are differences
(`differences.py`). What else was not given is refused by name where it is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arrays import Floats
from stattools.interface.own_functions import called
from stattools.interface.seeds import generator
from stattools.likelihoods.likelihood import Likelihood, Terms, Words, allowed, finite_floats
from stattools.likelihoods.links import LINKS
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.own.differences import ROWS, SMALL, scales, slopes, value_and_derivatives
from stattools.likelihoods.own.returned import require_rows
from stattools.text.one_line import one_line

OUTCOMES = {word: Outcome[word.upper()] for word in ("real", "positive", "unit", "count", "binary", "category")}
"""Kinds of outcomes by the words of `outcome=`."""

GIVEN = ("mean", "variance", "cdf", "sample")
"""Answers that have to be given."""

PERFECT = (
    "{} has no deviance, which compares with a perfect fit of each row: how likely that is, a likelihood of one's own "
    "does not say. Its fits have loglik, AIC and st.compare."
)

ROUND_OFF = 1e-9
"""Probabilities lie between 0 and 1 within this."""

REMARK = "Derivatives are central differences of the log-likelihood, in steps of its scale."


@dataclass(frozen=True, eq=False, repr=False)
class OwnLikelihood(Likelihood):
    """A user's own likelihood, made by `st.likelihood`; `st.regression` makes models of it.

    `name` is what it is called, `density` log p of (y, **parameters), `answers` what else is known: "mean", "variance",
    "cdf", "survival", "quantile" and "sample", each a function of the parameters by name. `steps` are those of the
    differences; `allows` tells which outcomes have a density. One that is made of SciPy has its `distribution`, and
    the parameters that are not fitted are `fixed`. `categories` is the number of labels, 0 where there are none.
    """

    name: str
    density: Callable[..., Any]
    by_name: Mapping[str, str]
    kind: Outcome
    answers: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    allows: Callable[[Floats], Any] | None = None
    steps: tuple[float, ...] = ()
    distribution: Any = None
    fixed: Mapping[str, float] = field(default_factory=dict)
    categories: int = 0
    knows_ends = False

    def __post_init__(self) -> None:
        first = next(iter(self.by_name))
        vars(self).update(
            parameters=dict(self.by_name),
            width=len(self.by_name),
            outcome=self.kind,
            words=_words(first, self.by_name[first]),
            is_event=self.kind is Outcome.BINARY,
            steps=self.steps or (SMALL,) * len(self.by_name),
            refused={question: str(self.lacks(f"{question}=")) for question in GIVEN if question not in self.answers}
            | ({} if self.kind is Outcome.BINARY else {"deviance": PERFECT.format(self.name)}),
        )

    @one_line
    def __repr__(self) -> str:
        return f"OwnLikelihood({self.name!r}, parameters={dict(self.by_name)})"

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a certificate says of the derivatives."""
        return (REMARK,)

    def scaled(self, y: Floats) -> OwnLikelihood:
        """This likelihood with steps that suit these outcomes; DomainError for a function that is not one of rows."""
        self.require_rows(y)
        some = y[:: max(1, len(y) // ROWS)]
        start = np.tile(self.start(y, np.ones(len(y)), np.zeros(len(y))), (len(some), 1))
        with np.errstate(all="ignore"):  # a step that is too long for the scale is seen there
            found = scales(self._function(some), start)
        return replace(self, steps=tuple(SMALL * size for size in found))

    def require_rows(self, y: Floats) -> None:
        """DomainError unless the log-likelihood of outcomes is an array with a number for each."""
        eta = np.zeros((len(y), self.width))
        eta[:, 0] = self.link(np.median(y))
        with np.errstate(all="ignore"):  # what is not finite is told by `start`
            require_rows(self.density, f"loglik of {self.name}", y, **self._values(eta))

    def check(self, y: ArrayLike) -> Floats:
        """y as float64; a DomainError that says which entry is no outcome."""
        y, who = finite_floats(y, self.name), self.name
        low, high = self.kind.range
        if self.kind.is_whole:
            needs = "outcomes 0 and 1" if self.kind is Outcome.BINARY else "counts 0, 1, 2, ..."
            allowed(y, (y >= low) & (y <= high) & (y == np.floor(y)), who, needs, "Give another outcome=.")
        elif low == 0.0:
            needs = "numbers between 0 and 1, without the ends" if high == 1.0 else "positive numbers"
            allowed(y, (y > low) & (y < high), who, needs, "Drop the others, or model them apart.")
        if self.allows is not None:
            needs = "outcomes within the support of the distribution"
            allowed(y, np.asarray(self.allows(y), dtype=bool), who, needs, "Drop the others, or take another one.")
        return y

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """log p(y), per observation."""
        with np.errstate(all="ignore"):  # far out a density may overflow: a solver sees that it is not finite
            return self._function(np.asarray(y, dtype=float))(self._wide(eta))

    def score(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """d loglik / d eta, by differences."""
        with np.errstate(all="ignore"):  # as above
            found = slopes(self._function(np.asarray(y, dtype=float)), self._wide(eta), self.steps)
        return found[..., 0] if self.width == 1 else found

    def information(self, eta: ArrayLike, y: ArrayLike | None = None) -> Floats:
        """-d2 loglik / d eta2, the observed one, by differences. Needs y."""
        if y is None:
            raise DomainError(f"The information of {self.name} is the observed one: give information(eta, y).")
        return self.evaluate(eta, y)[2]

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        with np.errstate(all="ignore"):  # as above
            function = self._function(np.asarray(y, dtype=float))
            value, score, information = value_and_derivatives(function, self._wide(eta), self.steps)
        return (value, score[..., 0], information[..., 0, 0]) if self.width == 1 else (value, score, information)

    def mean(self, eta: ArrayLike) -> Floats:
        found = self._answer("mean", eta)
        if not np.isfinite(found).all():
            raise IncompatibleError(
                f"the mean of {self.name} does not exist at these parameters: ask for something else, such as "
                'predict(kind="link") or quantile residuals.'
            )
        return found

    def center(self, eta: Floats) -> Floats:
        """The median where a quantile function is known, the mean otherwise."""
        return self._answer("quantile", eta, 0.5) if "quantile" in self.answers else self.mean(eta)

    def link(self, mean: Any) -> Any:
        """The first linear predictor where the first parameter is this number, as far as it can be."""
        link = LINKS[next(iter(self.by_name.values()))]
        with np.errstate(all="ignore"):  # a number that the parameter cannot be has no linear predictor
            eta = np.asarray(link.of(mean), dtype=float)
        return np.where(np.isfinite(eta), eta, 0.0)

    def slope(self, eta: ArrayLike) -> Floats:
        wide = self._wide(eta)
        return slopes(lambda at: self.mean(at if self.width > 1 else at[:, 0]), wide, self.steps)[:, None, :]

    def variance(self, eta: Floats, y: Floats) -> Floats:
        found = self._answer("variance", eta)
        if not np.isfinite(found).all():
            raise IncompatibleError(f"the variance of {self.name} does not exist at these parameters.")
        return found

    def deviance(self, eta: Floats, y: Floats) -> Floats:
        """-2 log P(y) of an outcome that a perfect fit gives the probability 1, as of 0 and 1."""
        if "deviance" in self.refused:
            raise IncompatibleError(self.refused["deviance"])
        return -2.0 * self.loglik(eta, y)

    def cdf(self, eta: Floats, y: Floats) -> Floats:
        found = self._answer("cdf", eta, y)
        if not ((found >= -ROUND_OFF) & (found <= 1.0 + ROUND_OFF)).all():
            raise DomainError(
                f"cdf= of {self.name} returns {found[(found < 0) | ~(found <= 1)][0]:.6g}: no probability."
            )
        return found

    def survival(self, eta: Floats, y: Floats) -> Floats:
        return self._answer("survival", eta, y) if "survival" in self.answers else 1.0 - self.cdf(eta, y)

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        wide = self._wide(eta)
        return self._answer("sample", eta, size=wide.shape[:-1], random_state=generator(seed))

    def side(self, y: Floats) -> None:
        """Not known: a maximum is looked at from beside it (`existence/levels.py`)."""

    def rough(self, y: Floats, weight: Floats) -> Floats:
        return np.asarray(self.link(y), dtype=float)

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
            for k, (name, link) in enumerate(self.by_name.items())
        ]  # fmt: skip
        size = np.ones(self.width)
        if self.by_name[next(iter(self.by_name))] == "identity":
            size[0] = spread
        function = self._function(some)
        beside = np.zeros((len(some), self.width))
        beside[:, 0] = shift

        def loss(step: Floats) -> float:
            with np.errstate(all="ignore"):  # outside of the domain there is no density
                value = float(w @ function(beside + (first + size * step)))
            return -value if np.isfinite(value) else 1e300

        others = np.append(0.0, np.ones(self.width - 1))
        best = min((np.zeros(self.width), *(others * value for value in (1.0, spread, 0.3, -1.0))), key=loss)
        if loss(best) >= 1e300:
            near = ", ".join(f"{name} = {float(at[0]):.3g}" for name, at in self._values(np.atleast_2d(first)).items())
            raise DomainError(
                f"{self.name} has no finite log-likelihood near {near}, where the outcomes lie. Check the function, "
                "the links and the outcome."
            )
        limits: Any = {"maxfev": 120 * self.width, "fatol": 1e-3}
        found = minimize(loss, best, method="Nelder-Mead", options=limits)
        here, further, far = (loss(times * found.x) for times in (1.0, 2.0, 4.0))
        if here < -1e100 or (further < here - 1.0 and far < further - 1.0):
            raise DomainError(
                f"the log-likelihood of {self.name} rises without end away from where the outcomes lie: is this the "
                "negative log-likelihood? Return the log-likelihood itself."
            )
        return np.asarray(first + size * found.x, dtype=float)

    def lacks(self, question: str) -> IncompatibleError:
        """The error for what was not given."""
        if question.endswith("="):
            return IncompatibleError(f"{self.name} has no {question}, which this needs. Give it to st.likelihood.")
        return IncompatibleError(f"{self.name} has no {question}, which is not known of a likelihood of your own.")

    def values(self, eta: ArrayLike) -> dict[str, Floats]:
        """The parameters by name, each (n,)."""
        return self._values(self._wide(eta))

    def _values(self, wide: Floats) -> dict[str, Floats]:
        return {name: LINKS[link].mean(wide[..., k]) for k, (name, link) in enumerate(self.by_name.items())}

    def _function(self, y: Floats) -> Callable[[Floats], Floats]:
        who = f"loglik of {self.name}"
        return lambda eta: np.asarray(called(who, self.density, y, **self._values(eta)), dtype=float)

    def _answer(self, name: str, eta: ArrayLike, *given: Any, **beside: Any) -> Floats:
        if name not in self.answers:
            raise self.lacks(f"{name}=")
        values = self.values(eta)
        found = called(f"{name}= of {self.name}", self.answers[name], *given, **values, **beside)
        try:
            found = np.asarray(found, dtype=float)
        except (TypeError, ValueError):
            raise DomainError(f"{name}= of {self.name} returns {quoted(found)}, which are no numbers.") from None
        rows = next(iter(values.values())).shape
        try:
            return np.broadcast_to(found, np.broadcast_shapes(found.shape, rows)).copy()
        except ValueError:
            raise DomainError(
                f"{name}= of {self.name} returns an array of shape {found.shape} for rows of shape {rows}."
            ) from None

    def _wide(self, eta: ArrayLike) -> Floats:
        eta = np.asarray(eta, dtype=float)
        return eta[..., None] if self.width == 1 else eta


def _words(name: str, link: str) -> Words:
    """What the first linear predictor is called."""
    if link == "log":
        return Words(f"the log {name}", f"ratio of {name}s")
    factor = f"ratio of the odds of {name}" if link == "logit" else None
    return Words(f"the {name}" if link == "identity" else f"the {LINKS[link].words} of the {name}", factor=factor)
