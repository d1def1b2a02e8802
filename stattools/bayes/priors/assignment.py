"""Which prior goes with which parameter: the user's, by one for all or by name, and the default for the rest.

    log p(theta) = sum_j log p_j(t_j),   t = A theta

A is the identity but for the default prior of an intercept, which speaks of the predictor at the mean of the columns;
its determinant is 1, so that densities of t are densities of theta.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass
from functools import cached_property
from typing import Any

import numpy as np

from stattools.bayes.conjugate.arms import parameters as numbers_of
from stattools.bayes.conjugate.normal import Normal
from stattools.bayes.conjugate.student_t import StudentT
from stattools.bayes.priors.defaults import defaults
from stattools.bayes.priors.families import Cauchy, Exponential, HalfCauchy, HalfNormal, Laplace, OfLogarithm, Uniform
from stattools.bayes.priors.parameters import Parameter, parameters, put_in_order
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.seeds import generator
from stattools.interface.when_needed import pd
from stattools.models.questions import AnyModel
from stattools.text.columns import many
from stattools.text.one_line import headline
from stattools.text.page import Faces, Page

STACKED = (Normal, StudentT, Cauchy, Laplace, HalfNormal, HalfCauchy, Exponential)
"""Families evaluated for many parameters at once."""


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class Priors(Faces):
    """One prior per parameter, with what each is about; made by `assign`.

    `rows` is A (q, q). `why` says for a default how it was chosen, and is empty for a prior that was given.
    """

    parameters: tuple[Parameter, ...]
    each: tuple[Any, ...]
    rows: Floats
    why: tuple[str, ...]

    def _headline(self) -> str:
        return headline(self, "", ", ".join(self.names), many(len(self.each), "parameter"))

    def _page(self) -> Page:
        return Page(*self.lines())

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return tuple(parameter.name for parameter in self.parameters)

    @property
    def is_proper(self) -> bool:
        """True where every prior is a distribution."""
        return all(prior.is_proper for prior in self.each)

    @cached_property
    def plain(self) -> bool:
        """True where A is the identity."""
        return bool(np.array_equal(self.rows, np.eye(len(self.rows))))

    @cached_property
    def groups(self) -> tuple[tuple[Any, Any], ...]:
        """(positions, a prior of all of them at once) where a family allows it; flat priors are left out."""
        places: dict[Any, list[int]] = {}
        for j, prior in enumerate(self.each):
            if prior.is_proper:
                places.setdefault(type(prior) if isinstance(prior, STACKED) else j, []).append(j)
        return tuple((np.array(where), _stacked([self.each[j] for j in where])) for where in places.values())

    def evaluate(self, theta: Floats) -> tuple[float, Floats]:
        """log p(theta) and its gradient, for theta within the support."""
        t = theta if self.plain else self.rows @ theta
        value, slope = 0.0, np.zeros(len(t))
        for where, prior in self.groups:
            part = t[where]
            if isinstance(prior, Normal):
                z = (part - prior.mean) / prior.sd
                value -= 0.5 * float(z @ z)
                slope[where] = -z / prior.sd
            else:
                value += float(np.sum(prior.log_density(part)))
                slope[where] = prior.slope(part)
        return value + self._constant, slope if self.plain else self.rows.T @ slope

    @cached_property
    def _constant(self) -> float:
        """What the normal priors add wherever theta is."""
        normal = [prior for _, prior in self.groups if isinstance(prior, Normal)]
        return -float(sum(np.sum(np.log(prior.sd) + 0.5 * np.log(2.0 * np.pi)) for prior in normal))

    def curvature(self, theta: Floats) -> Floats:
        """Minus the second derivative of log p, (q, q), by differences of the slope: for steps, not for densities."""
        t = self.rows @ theta
        bend = np.zeros(len(t))
        for j, prior in enumerate(self.each):
            low, high = support(prior, self.parameters[j])
            room = min(t[j] - low, high - t[j])
            # Far from a narrow prior a step of its width is lost in rounding.
            h = max(1e-4 * min(room, spread(prior)), min(1e-8 * abs(t[j]), 0.5 * room))
            bend[j] = -float(prior.slope(t[j] + h) - prior.slope(t[j] - h)) / (2.0 * h)
        return self.rows.T @ (bend[:, None] * self.rows)

    def pointwise(self, theta: Floats) -> Floats:
        """log p_j(t_j) for each of S points, theta (S, q); 0 for a flat prior."""
        t = theta @ self.rows.T
        return np.stack([np.asarray(prior.log_density(t[:, j])) for j, prior in enumerate(self.each)], axis=1)

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """Independent draws of all parameters, (draws, q). Raises IncompatibleError for a flat prior."""
        random = generator(seed)
        t = np.stack([prior.sample(draws, seed=random) for prior in self.each], axis=1)
        put_in_order(t, self.parameters, self.each)
        return t if self.plain else np.linalg.solve(self.rows, t.T).T

    def table(self) -> pd.DataFrame:
        """One row per parameter: term, prior, about."""
        return pd.DataFrame({"term": self.names, "prior": [said(prior) for prior in self.each], "about": self.why})

    def lines(self) -> list[str]:
        """`gpa ~ Normal(0, 5.4), 2.5 per standard deviation of the column`, one line per parameter."""
        rows = self.table().to_dict("records")
        return [f"{row['term']} ~ {row['prior']}" + (f", {row['about']}" if row["about"] else "") for row in rows]

    def smoothed(self) -> Priors:
        """The priors with every kink rounded off: for the search of the mode."""
        return Priors(
            self.parameters, tuple(getattr(prior, "smooth", prior) for prior in self.each), self.rows, self.why
        )


def assign(model: AnyModel, prior: object = None, sigma: object = None) -> Priors:
    """The priors of a model's parameters.

    `prior` is one distribution for all coefficients, the intercept included, or a dict by the names that the fit and
    the posterior print: "alpha" has a prior of alpha, "log alpha" one of its logarithm. A term alone stands for all
    categories of `st.softmax`. `sigma` is that of the noise scale of `st.ols` and `st.normal`. Where nothing is given
    the default of `defaults.py` stands. Raises IncompatibleError for names that the model does not have or that say the
    same twice, for what is no distribution, and for one that reaches where its parameter cannot be.

    >>> import stattools as st
    >>> model = st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]})
    >>> assign(model, {"x": st.Normal(0, 1)}, st.HalfCauchy(5)).table()["prior"].tolist()
    ['Normal(4.25, 6.46505)', 'Normal(0, 1)', 'HalfCauchy(5)']
    """
    has = parameters(model)
    given = _given(model, has, prior)
    if sigma is not None:
        scales = [parameter.name for parameter in has if parameter.role == "scale"]
        if not scales:
            raise IncompatibleError(f"sigma= is the prior of a noise scale, and {model.title} has none; leave it out.")
        if all(name in given for name in scales):
            raise IncompatibleError(
                f"sigma= and prior= both name the prior of {', '.join(scales)}; give one of the two."
            )
        given |= {name: sigma for name in scales if name not in given}
    rows, each, why = np.eye(len(has)), [], []
    usual = {} if all(p.name in given for p in has) else dict(enumerate(defaults(model, has)))  # they read the rows
    for j, parameter in enumerate(has):
        if parameter.name in given:
            each.append(_checked(given[parameter.name], parameter))
            why.append("")
            continue
        default = usual[j]
        each.append(default.prior)
        why.append(default.why)
        for k, weight in (default.row or {}).items():
            rows[j, k] = weight
    return Priors(has, tuple(each), rows, tuple(why))


def support(prior: Any, parameter: Parameter) -> tuple[float, float]:
    """Where the prior lets the parameter be."""
    if not prior.is_proper:
        return parameter.low, parameter.high
    low, high = prior.support
    return float(low), float(high)


def spread(prior: object) -> float:
    """A length that is small beside the width of the prior or about it."""
    for name in ("scale", "sd"):
        value = getattr(prior, name, None)
        if value is not None and np.isfinite(value) and value > 0:
            return float(value)
    return 1.0


def said(prior: Any) -> str:
    """The prior in a line, its numbers to six digits."""
    if not prior.is_proper:
        return "flat"
    if isinstance(prior, OfLogarithm):
        return f"exp of {said(prior.prior)}"
    numbers = [f"{value:.6g}" for value in _parameters_of(prior).values()]
    return f"{type(prior).__name__}({', '.join(numbers)})"


def _examples(parameter: Parameter) -> str:
    """Priors that fit the parameter."""
    if parameter.is_free and parameter.role in ("dispersion", "threshold"):
        return "st.Normal(0, 1) or st.StudentT(3, 0, 1)"
    if parameter.is_free:
        return "st.Normal(0, 2.5), st.StudentT(3, 0, 1) or st.Flat()"
    if np.isfinite(parameter.high):
        return "st.Beta(a, b) or st.Uniform(0, 1)"
    return "st.HalfNormal(scale), st.HalfCauchy(scale), st.Exponential(rate) or st.Gamma(shape, rate)"


def _parameters_of(prior: object) -> dict[str, Any]:
    """The numbers that a distribution is made of, by their names."""
    return numbers_of(prior) if is_dataclass(prior) else {}


def _given(model: Any, has: tuple[Parameter, ...], prior: object) -> dict[str, object]:
    """The priors that the user gave, by the name of the parameter."""
    coefficients = [parameter.name for parameter in has if parameter.role == "coefficient"]
    if prior is None:
        return {}
    if not isinstance(prior, Mapping):
        free = [p.name for p in has if p.role == "coefficient" and p.is_free]
        return dict.fromkeys(free or coefficients, prior)
    terms = model.terms if model.facts.is_regression and model.categories is not None else ()
    allowed = [parameter.name for parameter in has]
    logs = {f"log {p.name}": p for p in has if f"log {p.name}" in model.names and p.name not in model.names}
    given: dict[str, Any] = {}
    unknown = [str(name) for name in prior if name not in allowed and name not in terms and name not in logs]
    if unknown:
        raise IncompatibleError(
            f"prior= names {', '.join(map(repr, unknown))}, which {model.title} does not have. Its parameters are "
            f"{', '.join([*allowed[:20], *logs])}{', ...' if len(allowed) > 20 else ''}."
        )
    for name, one in prior.items():
        if name in logs:
            if logs[name].name in prior:
                raise IncompatibleError(
                    f"prior= names {name!r} and {logs[name].name!r}, one parameter; give one of them."
                )
            given[logs[name].name] = OfLogarithm(_checked(one, Parameter(name, role=logs[name].role)))
        elif name in terms:
            given |= {full: one for full in coefficients if full.endswith(f": {name}") and full not in prior}
        else:
            given[name] = one
    return given


def _checked(prior: Any, parameter: Parameter) -> Any:
    """The prior, if it is a distribution of one number that can be this parameter."""
    if isinstance(prior, type) or not all(hasattr(prior, part) for part in ("log_density", "slope", "support")):
        raise IncompatibleError(
            f"the prior of {_called(parameter)} is a distribution such as {_examples(parameter)}; got {quoted(prior)}."
        )
    if any(np.ndim(value) > 0 for value in _parameters_of(prior).values()):
        raise IncompatibleError(
            f"the prior of {_called(parameter)} is about one number; got {quoted(prior)}. "
            "Give one prior per name in a dict."
        )
    if not prior.is_proper:
        if parameter.role == "dispersion":
            raise DomainError(
                f"a flat prior of {parameter.name} may have no posterior: the likelihood falls slowly as "
                f"{parameter.name} grows. Use {_examples(parameter)}."
            )
        bounded = np.isfinite(parameter.low) and np.isfinite(parameter.high)
        return Uniform(parameter.low, parameter.high) if bounded else prior  # flat between two ends is a distribution
    low, high = prior.support
    if low < parameter.low or high > parameter.high:
        raise IncompatibleError(
            f"{_called(parameter)} lies between {parameter.low:g} and {parameter.high:g}, and the prior "
            f"{quoted(prior)} reaches from {low:g} to {high:g}. Use {_examples(parameter)}."
        )
    return prior


def _called(parameter: Parameter) -> str:
    """The name, and what it is the name of where it is a number."""
    return f"the parameter {parameter.name}" if parameter.name.isdigit() else parameter.name


def _stacked(priors: list[object]) -> Any:
    """One prior with arrays for parameters, or the single prior itself."""
    if len(priors) == 1:
        return priors[0]
    values = zip(*(_parameters_of(prior).values() for prior in priors), strict=True)
    return type(priors[0])(*map(np.array, values))
