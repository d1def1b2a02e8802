"""Predictive checks: a statistic of the data beside the same statistic of data that prior or posterior would make.

    p = P(T(y_new) > T(y)) + P(T(y_new) = T(y)) / 2,   theta ~ posterior or prior,  y_new ~ p(y | theta)

A posterior p near 0 or 1 says that the model does not reproduce this feature of the data; a prior p, that the prior did
not expect it. Source: Box, JRSS A 143 (1980), 383-430; Gelman, Meng & Stern, Statistica Sinica 6 (1996), 733-807.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import Any, Literal

import numpy as np

from stattools.bayes.sampling.drawn import Drawn
from stattools.bayes.sampling.tree import possible
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.arviz.datatree import observations_of as observations
from stattools.interface.arguments import called
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import one_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.seeds import generator
from stattools.text.one_line import headline
from stattools.text.page import Faces, Page


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class PredictiveCheck(Faces):
    """A statistic of the data, its values in replicated data, and the share of these above it, ties by half."""

    name: str
    observed: float
    replicated: Floats
    p_value: float
    under: str = "posterior"

    def _headline(self) -> str:
        p = f"p = {self.p_value:.3f}"
        return headline(self, self.under, self.name, f"{self.observed:.4g} observed", p)

    def _page(self) -> Page:
        return Page(self.sentence)

    @property
    def sentence(self) -> str:
        """The statistic beside what it is in replicated data."""
        low, high = np.quantile(self.replicated, [0.03, 0.97])
        return (
            f"{self.name}: {self.observed:.4g} observed, {low:.4g} to {high:.4g} in 94 % of the replicated outcomes, "
            f"{self.under} predictive p = {self.p_value:.3f}"
        )


def predictive_check(
    posterior: Any,
    statistic: Callable[[Floats], float],
    /,
    *,
    under: Literal["posterior", "prior"] = "posterior",
    seed: int | np.random.Generator = 0,
) -> PredictiveCheck:
    """`statistic` of the data, a function of the array y, beside that of data replicated under posterior or prior.

    For draws of every model whose data are known, and for exact posteriors. Grouped outcomes and arms are counts of
    successes, series are predicted one step ahead. Raises IncompatibleError for your own likelihood, for series under
    the prior, which has no beginning, and for improper priors.

    >>> import stattools as st
    >>> counts = [0, 0, 0, 0, 9, 8, 0, 7, 0, 0]
    >>> rate = st.posterior(st.poisson_rate(counts), prior=st.Gamma(2, 1))
    >>> predictive_check(rate, lambda y: (y == 0).sum(), seed=1).p_value < 0.01  # too many zeros for one rate
    True
    """
    under = one_of(under, ("posterior", "prior"), 'predictive_check needs under="posterior" or under="prior"')
    if not callable(statistic):
        raise DomainError(f"predictive_check needs a function of the data, such as np.max; got {quoted(statistic)}.")
    seen, made = (_of_draws if isinstance(posterior, Drawn) else _of_exact)(posterior, under, seed)
    return beside(statistic, seen, made, under)


def beside(
    statistic: Callable[[Floats], float], seen: Floats, made: Floats, under: str = "posterior"
) -> PredictiveCheck:
    """The check of outcomes seen, (n,), against replicated ones at hand, (S, n).

    >>> beside(np.max, np.array([1.0, 4.0]), np.array([[1.0, 2.0], [4.0, 0.0], [5.0, 1.0], [0.0, 0.0]])).p_value
    0.375
    """
    observed = _number(statistic, seen)
    replicated = np.array([_number(statistic, row) for row in made])
    tie = 0.5 * float(np.mean(replicated == observed))
    share = float(np.mean(replicated > observed)) + tie
    return PredictiveCheck(getattr(statistic, "__name__", "statistic"), observed, replicated, share, under)


def _number(statistic: Callable[[Floats], float], outcomes: Floats) -> float:
    """The statistic of one set of outcomes, or a DomainError where it is no finite number."""
    found = called("the statistic of predictive_check", statistic, outcomes)
    if np.ndim(found) or not isinstance(found, Real | np.bool_) or not np.isfinite(float(found)):
        raise DomainError(f"predictive_check needs a statistic that returns one finite number; got {quoted(found)}.")
    return float(found)


def _of_draws(posterior: Drawn, under: str, seed: object) -> tuple[Floats, Floats]:
    model, random = posterior.model, generator(seed)
    if model.facts.is_regression:
        some = "Check the posterior of a sample: the same formula, with a table of some of the rows."
        model.rows.at_hand("predictive_check needs all rows in memory", model.title, some)
        model.likelihood.observed(model.rows.y)  # refuses times that are censored
    data = observations(model)
    if data is None:
        raise IncompatibleError(f"predictive_check needs the data; {model.title} {model.facts.without_rows}.")
    if under == "posterior":
        return data.observed, data.replicate(posterior.flat, random)
    if data.conditional:
        raise IncompatibleError(f"{model.title} begins anywhere: it has no predictions before data. Use the posterior.")
    theta = posterior.priors.sample(len(posterior.flat), seed=random)
    return data.observed, possible(model, data, theta, random)


def _of_exact(belief: Any, under: str, seed: object) -> tuple[Floats, Floats]:
    if not all(hasattr(belief, name) for name in ("to_arviz", "seen", "prior")):
        raise IncompatibleError(
            f"predictive_check needs a posterior, st.posterior(model); got {type(belief).__name__}."
        )
    if belief.seen is None:
        raise DomainError(f"predictive_check needs data; {quoted(belief)} has seen none. Update it first.")
    tree = belief.to_arviz(seed=seed)
    if f"{under}_predictive" not in tree.children:
        raise IncompatibleError(f"{quoted(belief.prior)} is improper, and has no {under} predictive distribution.")
    group = tree[f"{under}_predictive"]
    name = next(iter(group.data_vars))
    made = group[name].to_numpy()
    return tree["observed_data"][name].to_numpy().astype(float), made.reshape(made.shape[1], *made.shape[2:])
