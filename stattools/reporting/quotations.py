"""What each coefficient of a fit says, in sentences for a paper.

exp(estimate) of log odds or log means is a factor; between 1/2 and 2 it is told as a change in percent
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.inference.diagnostics.assumptions import overdispersed
from stattools.inference.fits.fit import Fit
from stattools.inference.intervals.coefficients import whole_table
from stattools.models.model import Model
from stattools.reporting import comparisons
from stattools.reporting.answer.changes import span
from stattools.reporting.document import inline
from stattools.reporting.sentences import conclusion
from stattools.reporting.stories import story
from stattools.reporting.tables import between, between_factors, decimals, have_factors, number, p_said
from stattools.text.columns import percent


def sentences(fit: Fit, level: float | None = None) -> tuple[str, ...]:
    """One sentence per coefficient of a regression, without its intercepts and dispersion; of any other model, one
    sentence in all. Plain text, to be quoted: effect, interval with level and kind, test. Where counts or groups vary
    so much that standard errors are too small, a last sentence says so.

    `level` is the fit's own if none is given. A factor between 1/2 and 2 is told as a change in percent. Raises
    IncompatibleError for what is not a fit, DomainError for a level outside (0, 1).

    >>> import stattools as st
    >>> data = {"y": [1.0, 3.0, 5.0, 8.0, 8.5], "dose": [0, 1, 2, 3, 4]}
    >>> print(*st.sentences(st.fit(st.ols("y ~ dose", data))))
    The mean of y rises by 2.000 per unit of dose (95 % Wald interval 1.364 to 2.636; t = 10.00, p = 0.002).
    """
    if not isinstance(fit, Fit):
        raise IncompatibleError(f"sentences needs a fit, st.fit(model); got {type(fit).__name__}.")
    model = fit.model
    if not model.facts.is_regression:
        return (_plain(conclusion(fit)),)
    rows = whole_table(fit, level).to_dict("records")
    rows = rows[: model.predictor.size_first]
    asked = fit.level if level is None else level
    beside = comparisons.TermsBeside(model)
    said = [_sentence(fit, row, asked, beside) for row in rows if row["term"] != "Intercept"]
    return tuple(" ".join(sentence.split()) for sentence in (*said, overdispersed(fit, reads=True)) if sentence)


def _sentence(fit: Fit, row: dict[Any, Any], level: float, beside: comparisons.TermsBeside) -> str:
    subject, plural, compared, by_unit = _compared(fit.model, row)
    estimate, se, held = float(row["estimate"]), float(row["se"]), beside.held(str(row["term"]))
    rises = estimate > 0
    statistic = "t" if fit.model.has_scale else "z"
    if not np.isfinite(estimate):
        way = "grow" if rises else "fall"
        return f"{subject} {way if plural else way + 's'} without bound {compared}: its maximum is at infinity{held}."
    ends, ratio = (float(row["lower"]), float(row["upper"])), bool(story(fit.model).ratio)
    factors = ratio and have_factors(estimate, *ends)
    if ratio and not factors:
        subject, plural = f"The logarithm of {subject[0].lower()}{subject[1:]}", False
    size, interval = (_factor if factors else _difference)(estimate, se, *ends)
    is_factor = factors and not size.endswith("%")
    if by_unit and is_factor:
        moved = f"{'are' if plural else 'is'} multiplied by a factor of {size}"
    elif by_unit:
        moved = f"{'rise' if rises else 'fall'}{'' if plural else 's'} by {size}"
    else:
        than = "times as high" if is_factor else "higher" if rises else "lower"
        moved = f"{'are' if plural else 'is'} {size} {than}"
    if not np.isfinite(se):
        return f"{subject} {moved} {compared} (no standard error){held}."
    brackets = f"{percent(level)} {_kind(fit)} interval {interval}; {statistic} = {number(row['statistic'], 2)}"
    return f"{subject} {moved} {compared} ({brackets}, {p_said(row['p_value'])}){held}."


def _kind(fit: Fit) -> str:
    """The kind of interval in a fit's table, with the covariance that it is made of where that is not the usual one."""
    return "Wald" if fit.cov == "information" else f"Wald ({fit.cov})"


def _difference(estimate: float, se: float, lower: float, upper: float) -> tuple[str, str]:
    """A difference with its interval. That of a fall is the fall's: its ends change sign and places; one on both sides
    of 0 says so in words.
    """
    places = decimals(se)
    size = number(abs(estimate), places)
    if lower < 0.0 < upper:
        return size, span(lower, upper, lambda value: number(value, places))
    return size, between(*((lower, upper) if estimate > 0 else (-upper, -lower)), places)


def _factor(estimate: float, se: float, lower: float, upper: float) -> tuple[str, str]:
    """A change in percent, or a factor where percents would mislead, with its interval."""
    factor = float(np.exp(estimate))
    sized = factor * se if np.isfinite(se) else np.nan
    if 0.5 <= factor <= 2.0:
        places = decimals(100.0 * sized, digits=2)
        change, *ends = (100.0 * float(np.expm1(value)) for value in (estimate, lower, upper))
        if ends[0] < 0.0 < ends[1]:
            told = span(ends[0], ends[1], lambda value: number(value, places), " %")
            return f"{number(abs(change), places)} %", told
        low, high = ends if estimate > 0 else (-ends[1], -ends[0])
        return f"{number(abs(change), places)} %", f"{between(low, high, places)} %"
    places = decimals(sized)
    interval = between_factors(float(np.exp(lower)), float(np.exp(upper)), places)
    return number(factor, places), f"of the factor {interval}"


def _compared(model: Model, row: dict[Any, Any]) -> tuple[str, bool, str, bool]:
    """What moves, whether it is a plural, what is compared, and whether that is a unit more.

    A product of columns moves the effect of the first with the last.
    """
    words = story(model)
    subject = words.subject(row)
    plural = subject.startswith("The odds")
    *others, last = comparisons.parts_of(model, str(row["term"]))
    if not others:
        return subject, plural, last.where, not last.high
    subject = f"{subject[0].lower()}{subject[1:]}"
    whose = " times ".join(part.whose for part in others)
    if words.ratio:
        return f"The factor by which {whose} multiplies {subject}", False, last.where, False
    return f"The effect of {whose} on {subject}", False, last.where, False


def _plain(marked: str) -> str:
    return "".join(span.content for span in inline(marked))
