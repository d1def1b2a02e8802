"""Tests of a fit against a larger model that contains it: likelihood ratio and Rao's score.

    likelihood ratio:  2 (loglik_full - loglik_restricted); n log(RSS_restricted / RSS_full) where a scale is estimated
    score:             g^T I^-1 g, score and information of the larger model at the restricted estimate;
                       n (RSS_restricted - RSS_full) / RSS_restricted where a scale is estimated

Source: Rao (1948); Wooldridge, Econometric Analysis of Cross Section and Panel Data (2010), 13.6.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from scipy import special

from stattools.data.rows.level_units import as_units
from stattools.errors import IdentificationError, IncompatibleError, quoted
from stattools.inference.estimates import Estimates as Fit
from stattools.inference.existence import check_rank, check_size
from stattools.inference.hypotheses.mixed_models import require_same_groups, require_same_likelihood
from stattools.inference.hypotheses.nesting import describe, difference_in_outcome, embedding, require_nested
from stattools.inference.hypotheses.partial_likelihoods import require_nested_columns
from stattools.inference.hypotheses.result import TestResult
from stattools.models.model import Model
from stattools.solvers.level_metric import metric_for
from stattools.solvers.metric import undetermined


def likelihood_ratio(full: Fit, restricted: Fit) -> TestResult:
    """The likelihood-ratio test of a fit against a larger one that contains it, chi2 on the difference in size.

    Twice the difference of the log-likelihoods; for `st.ols` with the scale at its maximum in each, that is
    n log(RSS_restricted / RSS_full). Raises IncompatibleError, with the reason, where the fits are of different rows,
    outcomes or likelihoods, where they are not nested, and where `cov=` says that the likelihood is not to be trusted.

    >>> import stattools as st
    >>> data = {"y": [1.0, 3.0, 5.0, 8.0, 8.0], "x": [0, 1, 2, 3, 4]}
    >>> test = likelihood_ratio(st.fit(st.ols("y ~ x", data)), st.fit(st.ols("y ~ 1", data)))
    >>> round(test.statistic, 4), test.df
    (14.9787, 1)
    """
    require_information("likelihood ratio", full, restricted)
    if full.model.is_mixed or restricted.model.is_mixed:
        require_same_groups(full.model, restricted.model)
        require_same_likelihood("likelihood ratio", full, restricted)
    require_same_outcome("likelihood ratio", full.model.without_groups, restricted.model.without_groups)
    series = full.model.is_series
    if series:
        require_nested(full.model, restricted.model)
    elif full.model.is_partial:
        require_nested_columns(full.model, restricted.model)
    elif full.model.is_mixed:
        embedding(full.model.fixed, restricted.model.fixed, restricted.estimate)
    else:
        embedding(full.model, restricted.model, restricted.estimate)
    statistic = max(2.0 * (full.loglik - restricted.loglik), 0.0)
    df = len(full.estimate) - len(restricted.estimate)
    p_value = float(special.chdtrc(df, statistic))
    distribution, note = "chi2", ""
    if isinstance(full.model, Model) and full.model.has_scale:
        note = "n log(RSS restricted / RSS full): the scale at its maximum in each."
    elif not series and not full.model.is_mixed and not _alike(full.model, restricted.model):
        name, said = edge_at(full.model, restricted.model)
        number = list(full.model.likelihood.parameters).index(name)
        if full.model.predictor.uses[number]:
            called = full.model.likelihood.called(name)
            raise IncompatibleError(
                f"{restricted.model.title} lies at infinite coefficients of {called}, where no "
                "distribution of the likelihood ratio is known. Compare AIC or BIC (st.compare)."
            )
        below = float(special.chdtrc(df - 1, statistic)) if df > 1 else float(statistic == 0)
        distribution, p_value = "chibar2", 0.5 * (p_value + below)
        note = f"{said} is at the edge of its range: half chi2({df - 1}), half chi2({df}) (Self & Liang 1987)."
    return TestResult(
        "likelihood ratio", statistic, df, p_value, _between(restricted, full.model), distribution, note=note
    )


def score_test(restricted: Fit, fuller: Model | Fit) -> TestResult:
    """Rao's score test of a fit against a larger model that contains it; the larger model need not be fitted.

    So it also answers where the larger model has no maximum (separated outcomes). g^T I^-1 g with score and information
    of the larger model at the restricted estimate; for `st.ols` with the scale at its maximum in the restricted model,
    n (RSS_restricted - RSS_full) / RSS_restricted. Raises IncompatibleError as `likelihood_ratio`, and where the
    observed information at the smaller fit is not positive; IdentificationError where the larger model has aliased
    columns.

    >>> import stattools as st
    >>> data = {"y": [1.0, 3.0, 5.0, 8.0, 8.0], "x": [0, 1, 2, 3, 4]}
    >>> test = score_test(st.fit(st.ols("y ~ 1", data)), st.ols("y ~ x", data))
    >>> round(test.statistic, 4), test.df
    (4.75, 1)
    """
    full: Any = fuller.model if isinstance(fuller, Fit) else fuller
    require_information("score", restricted)
    if not isinstance(full, Model):
        raise IncompatibleError(
            f"the score test is against a larger model, such as st.ols(...), or a fit of one; got {quoted(fuller)}. "
            'For a hypothesis about the coefficients of the fit itself, such as "x = 0", use fit.test(...).'
        )
    require_same_outcome("score", full, restricted.model)
    if not _alike(full, restricted.model):
        raise IncompatibleError(
            f"the score of {full.title} is not defined at {restricted.model.title}, the edge of its range. Use "
            "st.likelihood_ratio."
        )
    if full.categories is not None and full.labels != restricted.model.labels:
        raise IncompatibleError("score needs two models with the same reference category; give both one reference=.")
    check_size(full)
    check_rank(full)
    theta = embedding(full, restricted.model, restricted.estimate)
    work, T = full.standardized()
    at = work.evaluate(as_units(T).solve(theta))
    metric = metric_for(at.information)
    try:
        if not metric.by_levels and undetermined(at.information) is not None:
            raise IdentificationError(f"{full.title} is not determined.")
        statistic = metric(at.information).norm(at.score) ** 2
    except IdentificationError:  # not for want of rank
        raise IncompatibleError(
            f"the score test of {_within(full.title)} is made with the observed information at the smaller fit, where "
            "the log-likelihood does not bend down in every direction. Use st.likelihood_ratio."
        ) from None
    note = ""
    if full.has_scale:
        statistic /= restricted.model.residual_sums(restricted.estimate)[0] / full.n
        note = "n times the share of the residual sum of squares that the fuller model explains."
    df = len(theta) - len(restricted.estimate)
    p_value = float(special.chdtrc(df, statistic))
    return TestResult("score", statistic, df, p_value, _between(restricted, full), note=note)


def _between(restricted: Fit, full: Model) -> tuple[str, str]:
    small = restricted.model
    if small.kind == full.kind and small.title == full.title:
        return describe(small), f"against {describe(full)}"
    return f"{small.title}, {describe(small)}", f"against {_within(full.title)}, {describe(full)}"


def _within(title: str) -> str:
    """A title within a sentence: Poisson and Weibull keep their capitals."""
    return title if title.startswith(("Poisson", "Weibull")) else title[0].lower() + title[1:]


def _same(one: Any, other: Any) -> bool:
    """Whether two likelihoods are one, up to parameters that formulas add; those of grouped counts hold arrays and do
    not compare themselves. Models that are no sum over rows have none.
    """
    if one is None or other is None:
        return one is other
    one, other = one.plain, other.plain
    return type(one) is type(other) and all(
        np.array_equal(getattr(one, part.name), getattr(other, part.name)) for part in fields(one)
    )


def edge_at(full: Model, restricted: Model) -> tuple[str, str]:
    """The parameter at an end of whose range the larger likelihood is the smaller, and where that is, empty where there
    is none: Poisson is the negative binomial with alpha = 0, and a zero-inflated count without extra zeros.
    """
    other = restricted.likelihood
    for name, (limit, said) in full.likelihood.limits.items():
        if limit is type(other) or (not isinstance(limit, type) and _same(limit, other)):
            return name, said
    return "", ""


def _alike(full: Any, restricted: Any) -> bool:
    """Whether the smaller likelihood is the larger one, or that with a parameter held within its range."""
    one, other = full.likelihood, restricted.likelihood
    return _same(one, other) or any(_same(held, other) for held in one.holds.values())


def require_information(who: str, *fits: Fit) -> None:
    """IncompatibleError for fits that are no maxima of the likelihood, or whose covariance says not to trust it."""
    for fit in fits:
        if not all(hasattr(fit, part) for part in ("estimate", "penalty", "cov")):
            order = "st.score_test(smaller, fit)" if who == "score" else "st.likelihood_ratio(fit, smaller)"
            raise IncompatibleError(f"the {who} test is of fits, st.fit(model), {order}; got {type(fit).__name__}.")
        if fit.penalty is not None:
            raise IncompatibleError(
                f"the {who} test compares maxima of the log-likelihood, and {describe(fit.model)} was fitted with "
                f"{fit.penalty!r}. Use fit.test(...) or profile intervals, or fit without penalty=."
            )
        if fit.cov != "information":
            raise IncompatibleError(
                f"the {who} test trusts the likelihood, and the fit has cov={fit.cov}. Use fit.test(...), which uses "
                "that covariance, or fit without cov=."
            )


def require_same_outcome(who: str, one: Any, other: Any) -> None:
    """IncompatibleError, with the reason, unless both are regressions of the same outcome on the same rows."""
    reason = difference_in_outcome(one, other)
    if reason is None and not one.is_series and not _alike(one, other) and not edge_at(one, other)[0]:
        reason = f"{one.title} and {other.title} have different likelihoods"
    if reason is not None:
        raise IncompatibleError(f"{who} needs models of one likelihood for one outcome on the same rows: {reason}.")
