"""What a report says of each class of models: one row of a table per class, which sections and sentences ask.

A class that is not in the table is refused, never told in the words of another.

What a report says of a fit that was loaded from a file: all but what needs its rows, which were not saved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import numpy as np

from stattools.inference.estimates import columns_of_rows, lacks_rows
from stattools.inference.fits.fit import Fit
from stattools.interface.record import nearest
from stattools.models.custom import Custom
from stattools.models.mixed.density import JointDensity, MixedDensity
from stattools.models.mixed.mixed_model import CurvedCox, LinearMixed, MixedRegression
from stattools.models.model import Model
from stattools.models.regressions.times import ConditionalLogit
from stattools.models.samples.normal import Correlation, NormalSample
from stattools.models.samples.proportions import BernoulliTrials, BinomialArms, Waits
from stattools.models.samples.rates import EventRates
from stattools.models.samples.tables import ConditionalOdds, Multinomial
from stattools.models.survival.cox import CoxRegression
from stattools.networks.network import Network
from stattools.reporting import (
    curved_hazards,
    curved_models,
    curved_regressions,
    matched_sets,
    mixed_models,
    mixed_regressions,
    networks,
    own_functions,
    proportions,
    regressions,
    samples,
    smoothing,
    state_space,
    survival,
)
from stattools.reporting.answer.answered import Answered
from stattools.reporting.answer.asked import asked_of
from stattools.reporting.comparisons import factors_of
from stattools.reporting.document import Block, Box, Figure, code
from stattools.reporting.provenance import data_hash
from stattools.reporting.stories import no_words, story
from stattools.reporting.tables import (
    between,
    between_factors,
    coefficient_table,
    count,
    decimals,
    have_factors,
    number,
)
from stattools.series.filters.smoothing import ExponentialSmoothing
from stattools.series.statespace.structural import Structural
from stattools.text.columns import many, percent

LIMIT = (
    "What limits it: the fit was read from a file, which has no rows. What the data look like, whether the model suits "
    "them and whether another program agrees cannot be said from it."
)

LISTED = 4
"""Coefficients that a sentence has; of more the table speaks."""


def without_rows(told: Account) -> Account:
    """The account of a class of regressions, for models whose rows were not saved."""
    less = replace(
        told,
        facts=facts,
        digest=lambda model: "not known: the rows were not saved with the fit",
        columns=lambda model: (),
        diagnostics=lambda fit: (),
    )

    def answered(fit: Fit, draw: object) -> Answered:
        """The box alone: figures and checks need the rows."""
        asked = told.question(fit.model) if fit.model.facts.is_partial else asked_of(fit.model)
        return Answered(Box((asked, conclusion(fit, ""), LIMIT)))

    return less if told.answered is None else replace(less, conclusion=conclusion, answered=answered)


def facts(model: Any) -> dict[str, str]:
    """What is known of the rows."""
    return {"rows": count(len(columns_of_rows(model))), "rows dropped for missing values": count(model.n_dropped)}


def conclusion(fit: Fit, checked: str) -> str:
    """The coefficients of columns with their intervals, where they are few and of one outcome."""
    columns = set(fit.model.design.names) - {"Intercept"}
    rows = [row for row in fit.table().to_dict("records") if row["term"] in columns]
    seen = many(len(columns_of_rows(fit.model)), "row")
    if not 0 < len(rows) <= LISTED or any("category" in row for row in rows) or not fit.kinds:
        return f"What was found from {seen} stands in the table of the fit{checked}."
    said = [_said(fit.model, row) for row in rows]
    listed = " and ".join(filter(None, (", ".join(said[:-1]), said[-1])))
    return f"From {seen}, with {percent(fit.level)} Wald intervals: {listed}{checked}."


def _said(model: Any, row: Mapping[Any, Any]) -> str:
    """A coefficient, or the ratio that its exponential is."""
    ratio = model.facts.exponential if model.facts.is_partial else story(model).ratio
    parts = factors_of(model.design, row["term"])
    estimate, lower, upper = (float(row[name]) for name in ("estimate", "lower", "upper"))
    what, se, say = "coefficient", float(row["se"]), between
    if ratio and have_factors(estimate, lower, upper):
        estimate, lower, upper = np.exp([estimate, lower, upper]).tolist()
        what, se, say = ratio, estimate * se, between_factors
    places = decimals(se, digits=2)
    whose = " times ".join(part.owner(code) for part in parts)
    return f"the {what} of {whose} is {number(estimate, places)} ({say(lower, upper, places)})"


def _title(model: Model) -> str:
    return f"{model.title} of {code(model.outcome_name)}"


def _hash(model: Any) -> str:
    return code(data_hash(model))


def _none(model: object) -> tuple[()]:
    return ()


def _coefficients(fit: Fit) -> tuple[Block, ...]:
    return (coefficient_table(fit),)


def _in_numbers(fit: Fit) -> str:
    """Log-likelihood, criteria, share explained, scale."""
    text = f"Log-likelihood {fit.loglik:.4f}, AIC {fit.aic:.2f}"
    text += f", BIC {fit.bic:.2f}" if np.isfinite(fit.bic) else ""
    if np.isfinite(fit.r_squared):
        text += f", {'R²' if fit.model.has_scale else 'McFadden R²'} {fit.r_squared:.4f}"
    if fit.model.has_scale:
        text += f", residual standard deviation {fit.scale:.5g} on {count(fit.df)} degrees of freedom"
    source = "the inverse information" if fit.cov == "information" else f"the covariance {code(fit.cov)}"
    source += " with the unbiased scale" if fit.model.has_scale and fit.cov == "information" else ""
    if fit.penalty is not None:
        text += f". The log-likelihood is not penalized; the estimate maximizes it with {code(fit.penalty)}"
    if not fit.kinds:
        return f"{text}. There are no standard errors."
    return f"{text}. Standard errors come from {source}."


@dataclass(frozen=True)
class Account:
    """What is said of models of one class, and of their fits.

    Of a model: `question` it asks, `named` as a title, `facts` and `columns` of its data with their `digest`, its
    `likelihood`. Of a fit: the `formula` of its maximum where it has one, `estimates`, the fit
    `in_numbers`, `diagnostics` (figures), the `conclusion` with who else agrees, and how
    it is `answered` where that is more than question and conclusion.
    """

    question: Callable[[Any], str]
    facts: Callable[[Any], dict[str, str]]
    likelihood: Callable[[Any], tuple[Block, ...]]
    conclusion: Callable[[Any, str], str]
    diagnostics: Callable[[Any], tuple[Figure, ...]] = _none
    estimates: Callable[[Any], tuple[Block, ...]] = _coefficients
    in_numbers: Callable[[Any], str] = _in_numbers
    named: Callable[[Any], str] = _title
    digest: Callable[[Any], str] = _hash
    columns: Callable[[Any], tuple[Block, ...]] = _none
    formula: Callable[[Any], str] | None = None
    answered: Callable[[Any, Callable[[Any], tuple[Figure, ...]]], Answered] | None = None


def account(model: Any) -> Account:
    """What is said of the model; IncompatibleError for a class that is not in the table.

    >>> import stattools as st
    >>> account(st.binomial(6, 10)).named(st.binomial(6, 10))
    'Binomial: 6 successes in 10 trials'
    """
    known = nearest(CURVED | ACCOUNTS, model)
    if known is None:
        raise no_words(model)
    told = (nearest(CURVED, model) if model.facts.is_mixed and model.smooths else None) or known
    return without_rows(told) if (told.answered is not None or model.facts.is_mixed) and lacks_rows(model) else told


def _by_name(file: ModuleType) -> Account:
    """The account that the functions of a file give, by their names."""
    return Account(**{name: tell for name, tell in vars(file).items() if name in Account.__dataclass_fields__})


SAMPLES = (BinomialArms, ConditionalOdds, Correlation, EventRates, Multinomial, NormalSample, Waits)

CURVED: dict[type, Account] = {
    LinearMixed: _by_name(curved_models),
    MixedRegression: _by_name(curved_regressions),
    CurvedCox: _by_name(curved_hazards),
}
"""Of models with smooth curves."""

ACCOUNTS: dict[type, Account] = {
    Model: _by_name(regressions),
    BernoulliTrials: _by_name(proportions),
    **dict.fromkeys(SAMPLES, _by_name(samples)),
    Custom: _by_name(own_functions),
    CoxRegression: _by_name(survival),
    ConditionalLogit: _by_name(matched_sets),
    LinearMixed: _by_name(mixed_models),
    MixedRegression: _by_name(mixed_regressions),
    MixedDensity: Account(
        question=lambda model: mixed_models.question(model.mixed),
        facts=lambda model: mixed_models.facts(model.mixed),
        likelihood=lambda model: mixed_models.likelihood(model.mixed)[:4],  # of draws it is not the restricted one
        conclusion=mixed_models.conclusion,
        columns=lambda model: mixed_models.columns(model.mixed),
    ),
    JointDensity: Account(
        question=lambda model: mixed_regressions.question(model.mixed),
        facts=lambda model: mixed_models.facts(model.mixed),
        likelihood=lambda model: mixed_regressions.likelihood(model.mixed)[:-2],  # draws are of no maximum
        conclusion=mixed_models.conclusion,
        columns=lambda model: mixed_regressions.columns(model.mixed),
    ),
    Structural: _by_name(state_space),
    ExponentialSmoothing: _by_name(smoothing),
    Network: Account(
        question=networks.question,
        facts=networks.facts,
        likelihood=lambda model: networks.likelihood(model).blocks,
        conclusion=lambda fit, checked: networks.conclusion(fit),
    ),
}
"""What is said of the models of each class."""
