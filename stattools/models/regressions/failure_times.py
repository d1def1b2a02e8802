"""The regression of times to an event, accelerated failure times: `aft`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.survival_rows import Label
from stattools.data.time_rows import time_rows
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import word_of
from stattools.interface.arrays import Floats
from stattools.interface.names.values import meant
from stattools.likelihoods.times import ERRORS, EXPONENTIAL, FailureTime
from stattools.models.model import Model
from stattools.models.regressions.binding import Column, bind, moving, right_side

WHO = "st.aft"

TITLES = {
    "weibull": "Weibull regression",
    "lognormal": "Log-normal regression",
    "loglogistic": "Log-logistic regression",
    "exponential": "Exponential regression",
    "gamma": "Gamma regression of times",
}
"""By the distribution."""


def aft(
    formula: str,
    data: Any,
    /,
    *,
    distribution: str = "weibull",
    scale: str | None = None,
    offset: Column = None,
    weights: Column = None,
    id: Label = None,
) -> Model:
    """Regression of times that may be censored, accelerated failure times: log T_i = x_i^T beta + sigma W_i.

    The `distribution` of T is "weibull", "lognormal", "loglogistic", "exponential", a Weibull distribution whose sigma
    is 1, or "gamma", of mean exp(x_i^T beta) and standard deviation sigma times that. exp(beta) are time ratios: 0.8
    means that the event comes after 80 % of the time. The last coefficient, "log scale", is log sigma; `scale="~ z"`
    gives it columns of its own. `formula` is "survival(time, died) ~ x", whose `died` is 1 or true where the event was
    seen, over the columns of `data`, a table or a dict of arrays; "survival(time) ~ x" where all were seen;
    "survival(entry, time, died) ~ x" where a row is known of since its event came after an entry, as of people who
    joined late; and `survival(low, high, type="interval")` where times lie between two ends, which are equal where the
    time was seen, 0 (or below) for a lower end and inf for an upper end that nobody knows. `offset` is added to
    x^T beta, `weights` are frequencies, as in `st.ols`; effects of groups, (1 | g), which are added to x^T beta too
    (frailties that a group shares, on the scale of log times), and curves, s(x), stand in the formula as in
    `st.logistic`. `id` names the person of each row, whose rows must not overlap, as in `st.cox`.

    The log-likelihood is concave in beta / sigma and 1 / sigma, so that a maximum is the only one. It is not concave
    where the scale has columns, times are gamma, or rows enter late (but for exponential times, which forget that):
    the page then says *a local maximum*. Raises DomainError for times that are not positive or not after their entry,
    for ends out of order and where no event is known; `st.fit` raises IdentificationError, or reports infinite
    coefficients, where there is no maximum: rows that differ from all others are censored alike, or the columns fit
    all events. Equal to R's survreg, which has no gamma times and no late entry. Source: Kalbfleisch & Prentice, The
    Statistical Analysis of Failure Time Data (2002), ch. 3.

    >>> import stattools as st
    >>> table = {"t": [2.0, 3.0, 5.0, 7.0, 11.0, 12.0], "d": [1, 1, 0, 1, 1, 0], "x": [1, 0, 1, 0, 0, 1]}
    >>> st.aft("survival(t, d) ~ x", table).names
    ('Intercept', 'x', 'log scale')
    """
    word = word_of(distribution, tuple(ERRORS))
    if word not in ERRORS:
        known = tuple(ERRORS)
        raise DomainError(
            f"{WHO} needs distribution=, one of {', '.join(map(repr, known))}; got {quoted(distribution)}."
            + meant("distribution", distribution, known)
        )
    formulas = moving({"scale": right_side("scale", scale)})
    if scale is not None and word == EXPONENTIAL:
        raise IncompatibleError(
            "the scale of exponential times is 1; scale= goes with the other distributions, such as "
            'distribution="weibull". Leave it out.'
        )
    data = time_rows(WHO, formula, data, {"offset": offset, "weights": weights}, formulas, id)
    ends: Any = data.outcome
    model = bind("aft", TITLES[word], FailureTime(word, bool(formulas), ends.shape[1] == 3), data, ends)
    if data.scanned is not None:
        return replace(model, n_events=data.scanned.marginal.n_events)
    seen = _weight_of(ends[:, 0] == ends[:, 1], model.rows.weight)
    return replace(model, fixed=replace(model.fixed, n_events=seen)) if data.latent else replace(model, n_events=seen)


def _weight_of(some: NDArray[np.bool_], weight: Floats | None) -> float:
    return float(some.sum() if weight is None else weight @ some)
