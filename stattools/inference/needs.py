"""What a fit can be asked: from the name of a question to what it needs, which refusals and tab completion both read.

A need is a function of the fit and of the name; it raises where the fit cannot be asked, whatever the arguments are,
and computes nothing. A question without a row is answered by every fit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from stattools.errors import DomainError, IncompatibleError, StattoolsError
from stattools.inference.covariance import Cluster
from stattools.inference.estimates import AnyFit, Estimates, require_rows
from stattools.inference.hypotheses.wald import terms_of
from stattools.inference.intervals.coefficients import require_proportional
from stattools.likelihoods.likelihood import require_answer
from stattools.likelihoods.outcomes import Outcome
from stattools.models.questions import without_groups
from stattools.models.survival.cox import ProportionalHazards

type Need = Callable[[Any, str], object]


def rows(fit: AnyFit, name: str) -> None:
    """A regression."""
    if not fit.model.facts.is_regression:
        raise IncompatibleError(f"{name} belongs to regressions; {fit.model.title} has fit.estimate and its intervals.")


def columns(fit: AnyFit, name: str) -> None:
    """A regression, or a partial likelihood of columns, in files too."""
    if not (without_groups(fit.model).facts.is_partial or isinstance(fit.model, ProportionalHazards)):
        rows(fit, name)


def rows_there(fit: AnyFit, name: str) -> None:
    """Rows in memory, in files or on a cluster: those of a loaded fit were not saved."""
    require_rows(fit.model)


def rows_or_series(fit: AnyFit, name: str) -> None:
    """Rows that are there, groups of them, or a series."""
    has_groups = fit.model.facts.is_mixed and not without_groups(fit.model).facts.is_partial
    if fit.model.facts.is_series or fit.model.facts.is_partial or has_groups:
        return
    if not fit.model.facts.is_regression:
        raise IncompatibleError(
            f"{name} looks at rows and at series, and {fit.model.title} is neither; a regression without columns, "
            'st.poisson("y ~ 1", table) or its like, has rows.'
        )
    rows_there(fit, name)


def rows_at_hand(fit: AnyFit, name: str) -> None:
    """Rows in memory."""
    rows_there(fit, name)
    fit.model.rows.at_hand(f"{name} needs all rows in memory", fit.model.title, "Fit a sample of them in memory.")


def one_leverage(fit: AnyFit, name: str) -> None:
    """A row has one leverage, not a matrix of them."""
    if fit.model.likelihood.outcome.has_several:
        raise IncompatibleError(
            f"{fit.model.title} has a matrix of leverages in each row, one for each two categories; compare two of "
            "them with st.logistic."
        )


def probabilities(fit: AnyFit, name: str) -> None:
    """The mean is a probability, or there is one for each category."""
    likelihood = fit.model.likelihood
    if not (likelihood.facts.is_event or likelihood.outcome.has_several):
        raise IncompatibleError(
            f"calibration compares probabilities with what happened; {fit.model.title} predicts a mean."
        )


def labels_in_order(fit: AnyFit, name: str) -> None:
    """Labels that have an order."""
    likelihood = fit.model.likelihood
    if likelihood.outcome is not Outcome.ORDERED:
        raise IncompatibleError(
            f"{name} belongs to labels in order, st.ordinal; an outcome of {fit.model.title} is "
            f"{likelihood.outcome.value}."
        )


def proportional_hazards(fit: AnyFit, name: str) -> None:
    """Times whose hazards are proportional."""
    require_proportional(fit.model)


def deviance(fit: AnyFit, name: str) -> None:
    """The family has a deviance."""
    require_answer(fit.model.likelihood, "deviance")


def variables(fit: AnyFit, name: str) -> None:
    """A column beside the intercept."""
    design = fit.model.design
    if not (design.names[design.added :] if design.parsed is None else design.parsed.columns):
        raise DomainError(f"{fit.model.title} has no variable to move: its only column is the intercept.")


def _curves(model: Any) -> tuple[Any, ...]:
    """The curves of a model, which only mixed models have."""
    return model.smooths if model.facts.is_mixed else ()


def a_term(fit: AnyFit, name: str) -> None:
    """A term beside the intercept, of the mean or of another parameter, or a curve."""
    if not _curves(fit.model) and not any(of.spaces.terms for of in terms_of(fit.model)):
        raise DomainError(f"{fit.model.title} has no term to test: its only column is the intercept.")


def formula(fit: AnyFit, name: str) -> None:
    """A model made from a formula."""
    if fit.model.formula is None:
        raise IncompatibleError(f"{name} needs a model made from a formula, whose columns the table has.")


def standard_errors(fit: Estimates, name: str) -> None:
    """A covariance, which a ridge fit has not."""
    if not fit.kinds:
        np.asarray(fit.covariance)  # refused, with what to do


def one_way_of_clusters(fit: Estimates, name: str) -> None:
    """Clusters that go one way."""
    cov = fit.cov_kind
    if not isinstance(cov, Cluster) or cov.second is not None:
        raise IncompatibleError(
            f"{name} draws one sign for each cluster and needs one-way clusters: fit with cov=st.Cluster(groups); "
            f"this fit has cov={fit.cov}."
        )


def saved(fit: AnyFit, name: str) -> None:
    """A kind of model that files know, which have no place for curves, for a standard error that does not exist, nor
    for all of a series.
    """
    if fit.model.facts.is_series:
        raise IncompatibleError(
            f"save keeps no data, and states and forecasts of {fit.model.title} are made from all of its series: keep "
            "the series, and fit it again, which takes milliseconds. fit.table() and fit.states() are frames to be "
            "kept."
        )
    on_bounds = fit.model.facts.is_function and fit.model.on_bounds
    if not fit.model.facts.is_saved or _curves(fit.model) or on_bounds:
        raise IncompatibleError(f"a fit of {fit.model.title} cannot be saved; fit.table() is a frame to be kept.")


def states(fit: AnyFit, name: str) -> None:
    """A state space model."""
    if not fit.model.facts.has_states:
        raise IncompatibleError(
            f"{name} belongs to state space models such as st.local_level; this is {fit.model.title}."
        )


def curves(fit: AnyFit, name: str) -> None:
    """Curves in the formula."""
    if not _curves(fit.model):
        raise IncompatibleError(
            f"{name} is of curves, and {fit.model.title} has none: write s(x) in the formula for a curve of x."
        )


def integrated(fit: AnyFit, name: str) -> None:
    """Effects, or coefficients of curves, that are integrated out by quadrature or Laplace's approximation."""
    if not fit.model.facts.is_mixed:
        curves(fit, name)
    if fit.model.has_scale:
        raise IncompatibleError(
            f"{name} is of outcomes that are not normal, whose effects are integrated out; the mean of "
            f"{fit.model.title} is linear in its effects."
        )


def groups(fit: AnyFit, name: str) -> None:
    """Effects that the rows of a group share."""
    if not fit.model.facts.is_mixed or without_groups(fit.model).facts.is_partial:
        raise IncompatibleError(
            f"{name} is of effects that the rows of a group share, and {fit.model.title} has none: write (1 | g) in "
            "the formula of a regression for those of the groups of g."
        )


NEEDS: dict[str, tuple[Need, ...]] = {
    "residuals": (rows, rows_at_hand),
    "residuals_of": (rows, rows_at_hand),
    "leverage": (rows, one_leverage, rows_at_hand),
    "cooks_distance": (rows, standard_errors, rows_at_hand),
    "predict": (rows,),
    "predict_to": (rows, formula),
    "marginal_effects": (rows, variables),
    "contrasts": (rows, variables),
    "means": (rows,),
    "effect": (rows,),
    "function": (standard_errors,),
    "goodness": (rows, deviance, rows_there),
    "check": (rows_or_series,),
    "calibration": (rows, probabilities, rows_at_hand),
    "se": (standard_errors,),
    "interval": (standard_errors,),
    "test": (standard_errors,),
    "wild_bootstrap": (rows, standard_errors, rows_there, one_way_of_clusters),
    "anova": (columns, standard_errors, a_term),
    "proportional_odds": (rows, labels_in_order, rows_there),
    "hazard_ratios": (rows, proportional_hazards, standard_errors),
    "variance_components": (groups,),
    "variance_test": (groups,),
    "random_effects": (groups,),
    "intraclass": (groups,),
    "group_influence": (groups,),
    "smooth": (curves,),
    "smooths": (curves,),
    "smooth_test": (curves,),
    "local_maxima": (curves,),
    "integral": (integrated,),
    "averaged_coefficients": (integrated,),
    "save": (saved,),
    "states": (states,),
    "decompose": (states,),
    "innovations": (states,),
    "diagnostics": (states,),
}
"""What each question of a fit needs; the first that is not there is the reason."""


def require(fit: Any, name: str, needs: Mapping[str, tuple[Need, ...]] = NEEDS) -> None:
    """The error that says why the fit cannot be asked this, if it cannot.

    >>> import stattools as st
    >>> require(st.fit(st.coin([0, 1, 1])), "leverage")
    Traceback (most recent call last):
    stattools.errors.IncompatibleError: leverage belongs to regressions; Coin flips has fit.estimate and its intervals.
    """
    for need in needs[name]:
        need(fit, name)


def offered(fit: Any, names: Iterable[str], needs: Mapping[str, tuple[Need, ...]] = NEEDS) -> list[str]:
    """Those of the names that the fit can be asked: what tab completion shows.

    >>> import stattools as st
    >>> offered(st.fit(st.coin([0, 1, 1])), ["interval", "leverage", "se"])
    ['interval', 'se']
    """
    return [name for name in names if name not in needs or _answers(fit, name, needs)]


def _answers(fit: AnyFit, name: str, needs: Mapping[str, tuple[Need, ...]]) -> bool:
    try:
        require(fit, name, needs)
    except StattoolsError:
        return False
    return True
