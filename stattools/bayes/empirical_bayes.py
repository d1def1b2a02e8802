"""Empirical Bayes: the prior of many groups from the groups themselves, and each group's estimate shrunk towards it.

    theta_i ~ Beta(s p_i, s (1 - p_i)),   y_i ~ Binomial(n_i, theta_i)       s, p by the beta-binomial likelihood
    theta_i ~ Gamma(r, r / m_i),          y_i ~ Poisson(e_i theta_i)         r, m by the negative binomial likelihood
    E[theta_i | y_i] = w_i p_i + (1 - w_i) y_i / n_i,   w_i = s / (s + n_i)  (rates: r / (r + m_i e_i))

p_i and m_i are one number, or a regression on covariates. The intervals take the fitted prior as known: with few groups
(say, less than 20) they are somewhat too short. Source: Robbins (1956); Casella, American Statistician 39 (1985),
83-87; Efron, Large-Scale Inference (2010), ch. 1. Cost: one fit of two or more parameters, then microseconds a group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.bayes.conjugate.beta_binomial import Beta
from stattools.bayes.conjugate.gamma_poisson import Gamma
from stattools.data.tables.table import index_of, same_index
from stattools.errors import DomainError, IdentificationError, IncompatibleError
from stattools.inference.fits.fit import Fit
from stattools.inference.fitting.maximum_likelihood import fit
from stattools.interface.arguments import described
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import answers_guesses
from stattools.likelihoods.likelihood import named_parts
from stattools.models.model import Model
from stattools.models.regressions.binding import with_empty_rows
from stattools.models.regressions.counts import negative_binomial
from stattools.models.regressions.glm import beta_binomial
from stattools.models.samples.proportions import BinomialArms
from stattools.models.samples.rates import EventRates, poisson_rate
from stattools.text.columns import many
from stattools.text.one_line import headline
from stattools.text.page import Faces, Grid, Page

if TYPE_CHECKING:
    import pandas as pd
FEWEST = 3


MANY = 20
"""A page shows so many groups and counts the others."""


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class EmpiricalBayes(Faces):
    """The answer of `st.empirical_bayes`.

    `fit` is the fit of the marginal likelihood, `prior` the prior of each group and `posterior` what is known of it
    after its own data, both with one entry per group; `observed` are the raw shares or rates, `size` the trials or the
    exposure behind them.
    """

    fit: Fit
    prior: Any
    posterior: Any
    counts: Floats
    size: Floats
    labels: tuple[Any, ...]

    @property
    def observed(self) -> Floats:
        """Each group's own estimate: the share of successes, or the rate; nan for a group without trials."""
        with np.errstate(invalid="ignore"):  # 0 of 0 trials
            return self.counts / self.size

    @property
    def shrinkage(self) -> Floats:
        """The weight w of the prior in each posterior mean, between 0 (its own data) and 1 (the prior)."""
        return self._strength / (self._strength + self.size)

    @property
    def _strength(self) -> Floats:
        """What the prior is worth, in units of size."""
        return self.prior.a + self.prior.b if self._of_trials else self.prior.rate

    @property
    def _of_trials(self) -> bool:
        """Whether counts are of successes, and not of events."""
        return isinstance(self.prior, Beta)

    def table(self, prob: float = 0.94, kind: str = "eti") -> pd.DataFrame:
        """One row per group: group, the counts, observed, expected (prior mean), mean, sd, lower, upper, shrinkage."""
        import pandas as pd

        trials = self._of_trials
        lower, upper = self.posterior.interval(prob, kind=kind)
        return pd.DataFrame(
            {
                "group": list(self.labels),
                "successes" if trials else "events": self.counts,
                "trials" if trials else "exposure": self.size,
                "observed": self.observed,
                "expected": self.prior.mean,
                "mean": self.posterior.mean,
                "sd": self.posterior.sd,
                "lower": lower,
                "upper": upper,
                "shrinkage": self.shrinkage,
            }
        )

    def _headline(self) -> str:
        w = self.shrinkage
        groups = many(len(self.labels), "group")
        return headline(self, "", type(self.prior).__name__, groups, f"shrinkage {w.min():.3f} to {w.max():.3f}")

    def _page(self) -> Page:
        rows = Grid.of(self.table().head(MANY).to_dict("records"), like="sd")
        more = len(self.labels) - MANY
        return Page(self.sentence, "", rows, *([f"and {more:,} more; see table()"] if more > 0 else []))

    @property
    def sentence(self) -> str:
        """The prior, and how much it shrinks."""
        expected = np.unique(np.round(self.prior.mean, 12))
        of = f"mean {expected[0]:.5g}" if len(expected) == 1 else f"means {expected[0]:.5g} to {expected[-1]:.5g}"
        unit = "trials" if self._of_trials else "units of exposure"
        worth = np.unique(np.round(self._strength, 9))
        strength = f"{worth[0]:.5g}" if len(worth) == 1 else f"{worth[0]:.5g} to {worth[-1]:.5g}"
        w = self.shrinkage
        return (
            f"Empirical Bayes of {len(self.labels)} groups: a {type(self.prior).__name__} prior of {of}, worth "
            f"{strength} {unit}. Shrinkage {w.min():.3f} to {w.max():.3f}, median {np.median(w):.3f}."
        )


def empirical_bayes(groups: object, /, *, labels: str | Sequence[object] | None = None) -> EmpiricalBayes:
    """The prior of many groups by maximum marginal likelihood, and the groups' estimates shrunk towards it.

    `groups` are counts per group, `st.binomial(successes, trials)` of columns or `st.poisson_rate(counts, exposure=,
    by=)`; or a regression in which the expected
    share or rate depends on covariates, `st.beta_binomial("won + lost ~ x", table)`, `st.negative_binomial("n ~ x",
    table, exposure="years")`, or a fit of one. `labels` name the groups of a regression: a column of its table, or one
    label per row. Raises IdentificationError where the groups vary no more than chance, so that the best prior is a
    single value for all (pool them), IncompatibleError for other models, DomainError for fewer than 3 groups.

    >>> import stattools as st
    >>> hits = st.binomial([18, 17, 16, 8, 7, 3], [45, 45, 45, 45, 45, 45])
    >>> st.empirical_bayes(hits).posterior.mean.round(3)
    array([0.367, 0.35 , 0.333, 0.195, 0.178, 0.109])
    """
    if isinstance(groups, BinomialArms):
        return _of_arms(groups, labels)
    if isinstance(groups, EventRates):
        return _of_event_rates(groups, labels)
    found, model = (groups, groups.model) if isinstance(groups, Fit) else (None, groups)
    if not isinstance(model, Model) or model.kind not in REGRESSIONS:
        raise IncompatibleError(
            "empirical_bayes takes counts of several groups, st.binomial(successes, trials) of columns, or a "
            f"regression of st.beta_binomial or st.negative_binomial; got {described(model)}."
        )
    own, model = model, with_empty_rows(model)
    _require_groups(len(model.rows.y))
    if model.rows.weight is not None:
        raise IncompatibleError(
            "empirical_bayes needs one row per group; this regression has weights=. Repeat the rows."
        )
    found = fit(own) if found is None else found
    return REGRESSIONS[model.kind](found, model, _labels(model, labels))


def _of_arms(arms: BinomialArms, labels: object) -> EmpiricalBayes:
    if labels is not None:
        raise DomainError("the groups of st.binomial have their own labels; give them there, with by= or arms=.")
    _require_groups(len(arms.trials))
    some = arms.trials > 0
    model = beta_binomial(arms.successes[some], np.empty((int(some.sum()), 0)), trials=arms.trials[some])
    fitted = _overdispersed(model, f"st.binomial({arms.successes.sum()}, {arms.trials.sum()})")
    names = arms.arms if arms.arms is not None else tuple(range(len(arms.trials)))
    s, p = np.exp(fitted.estimate[-1]), _expit(fitted.estimate[0])
    ones = np.ones(len(arms.trials))
    return _shrunk(fitted, s * p[0] * ones, s * p[1] * ones, arms.successes, arms.trials, tuple(names))


def _of_shares(fitted: Fit, model: Model, labels: tuple[object, ...]) -> EmpiricalBayes:
    eta = model.eta(fitted.estimate)
    s, (p, q) = np.exp(eta[:, 1]), _expit(eta[:, 0])
    k, n = named_parts(model.likelihood, model.rows.y).values()
    return _shrunk(fitted, s * p, s * q, k.astype(np.int64), n.astype(np.int64), labels)


def _of_rates(fitted: Fit, model: Model, labels: tuple[object, ...]) -> EmpiricalBayes:
    """NB2 with mean e m and variance e m + alpha (e m)^2: the rates are Gamma(1 / alpha, 1 / (alpha m))."""
    rows, eta = model.rows, model.eta(fitted.estimate)
    exposure = np.ones(len(rows.y)) if rows.offset is None else np.exp(rows.offset)
    log_rate = eta[:, 0] if rows.offset is None else eta[:, 0] - rows.offset
    shape = np.exp(-eta[:, 1])
    prior = Gamma(shape, shape * np.exp(-log_rate), arms=labels)
    counts = rows.y.astype(np.int64)
    posterior = prior.update(poisson_rate(counts, exposure=exposure, by=np.array(labels, dtype=object)))
    return EmpiricalBayes(fitted, prior, posterior, counts.astype(float), exposure, labels)


def _of_event_rates(rates: EventRates, labels: object) -> EmpiricalBayes:
    if labels is not None:
        raise DomainError("the groups of st.poisson_rate have their own labels; give them there, with by=.")
    if rates.kind != "poisson rate" or rates.arms is None:
        raise IncompatibleError("empirical_bayes of rates needs st.poisson_rate(counts, exposure=, by=) with groups.")
    _require_groups(rates.size)
    y, e = rates.totals, rates.exposures
    model = negative_binomial(y, np.empty((rates.size, 0)), exposure=e)
    fitted = _overdispersed(model, f"st.poisson_rate({y.sum()}, exposure={e.sum():g})")
    return _of_rates(fitted, model, tuple(rates.arms))


def _shrunk(fitted: Fit, a: Floats, b: Floats, k: object, n: object, labels: tuple[object, ...]) -> EmpiricalBayes:
    prior = Beta(a, b, arms=labels)
    posterior = prior.update(BinomialArms(np.asarray(k), np.asarray(n), labels))
    return EmpiricalBayes(fitted, prior, posterior, np.asarray(k, dtype=float), np.asarray(n, dtype=float), labels)


def _overdispersed(model: Model, pooled: str) -> Fit:
    try:
        return fit(model)
    except IdentificationError as error:
        raise IdentificationError(
            "empirical_bayes: the groups vary no more than chance, and the best prior is one value for all of them. "
            f"Pool them: {pooled}. ({error})"
        ) from error


def _labels(model: Model, labels: Any) -> tuple[object, ...]:
    rows = len(model.rows.y)
    if labels is None:
        return tuple(range(rows)) if model.kept is None else tuple(model.kept.tolist())
    if isinstance(labels, str):
        from stattools.data.tables.table import table

        if model.source is None:
            raise DomainError(f"empirical_bayes: labels={labels!r} is a column, and this model has no table.")
        values = np.asarray(table(model.source).column(labels), dtype=object)
        labels = values if model.kept is None else values[model.kept]
    index = index_of(labels)
    found = tuple(labels)
    if model.kept is not None and len(found) == rows + model.n_dropped:
        index, found = None if index is None else index[model.kept], tuple(found[row] for row in model.kept)
    same_index("the rows of the model", model.index, "labels=", index)
    if len(found) != rows or len(set(found)) != rows:
        raise DomainError(
            f"empirical_bayes needs labels=, one different label per row; got {len(found)} ({len(set(found))} "
            f"different) for {rows} rows."
        )
    return found


def _require_groups(count: int) -> None:
    if count < FEWEST:
        raise DomainError(
            f"empirical_bayes learns the prior from the groups, and needs at least {FEWEST}; got {count}. With fewer, "
            "give a prior of your own: st.posterior(model, prior=st.Beta(a, b))."
        )


def _expit(eta: object) -> tuple[Floats, Floats]:
    from scipy.special import expit

    return expit(eta), expit(-np.asarray(eta))


REGRESSIONS = {"beta_binomial": _of_shares, "negative_binomial": _of_rates}
"""The kinds of regression that are priors of groups, and what becomes of their groups."""
