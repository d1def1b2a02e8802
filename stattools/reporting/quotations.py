"""What each coefficient of a fit says, in sentences for a paper.

exp(estimate) of log odds or log means is a factor; between 1/2 and 2 it is told as a change in percent
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.reporting.document import inline
from stattools.reporting.tables import between, decimals, number, p_said, percent

if TYPE_CHECKING:
    from stattools.fitted import Fit

FACTORS = ("logistic", "softmax", "poisson", "negative_binomial", "beta_binomial")
"""Regressions whose coefficients are logarithms of factors."""


def sentences(fit: Fit, level: float | None = None) -> tuple[str, ...]:
    """One sentence per coefficient of a regression, without its intercepts and dispersion; of any other model, one
    sentence in all. Plain text, to be quoted: effect, interval with level and kind, test.

    `level` is the fit's own if none is given. A factor between 1/2 and 2 is told as a change in percent. Raises
    IncompatibleError for what is not a fit, DomainError for a level outside (0, 1).

    >>> import stattools as st
    >>> data = {"y": [1.0, 3.0, 5.0, 8.0, 8.5], "dose": [0, 1, 2, 3, 4]}
    >>> print(*st.sentences(st.fit(st.ols("y ~ dose", data))))
    The mean of y rises by 2.000 per unit of dose (95 % Wald interval 1.364 to 2.636; t = 10.00, p = 0.002).
    """
    from stattools.fitted import Fit
    from stattools.reporting.diagnostics import COUNTS, shared
    from stattools.reporting.sentences import conclusion

    if not isinstance(fit, Fit):
        raise IncompatibleError(f"sentences needs a fit, st.fit(model); got {type(fit).__name__}.")
    model = fit.model
    if model.kind in COUNTS or model.kind not in (*FACTORS, "ols", "probit"):
        return (_plain(conclusion(fit)),)
    rows = fit.table(level).to_dict("records")
    rows = rows[: len(rows) - len(shared(model))]
    held = ", the other columns held fixed" if len(model.terms) > 2 else ""
    asked = fit.level if level is None else level
    return tuple(_sentence(fit, row, asked, held) for row in rows if row["term"] != "Intercept")


def _sentence(fit: Fit, row: dict[Any, Any], level: float, held: str) -> str:
    subject, plural = _subject(fit.model, row)
    compared = _compared(fit.model, str(row["term"]))
    rises = row["estimate"] > 0
    estimate, se = float(row["estimate"]), float(row["se"])
    # The interval of a fall is that of the fall: its ends change sign and places.
    ends = (float(row["lower"]), float(row["upper"])) if rises else (-float(row["upper"]), -float(row["lower"]))
    statistic = "t" if fit.model.has_scale else "z"
    if not np.isfinite(estimate):
        way = "grow" if rises else "fall"
        return f"{subject} {way if plural else way + 's'} without bound {compared}: its maximum is at infinity{held}."
    if fit.model.kind in FACTORS:
        moved, interval = _factor(estimate, se, float(row["lower"]), float(row["upper"]))
    else:
        places = decimals(se)
        moved, interval = f"by {number(abs(estimate), places)}", between(*ends, places)
    verb = ("rise" if rises else "fall") + ("" if plural else "s")
    if compared.startswith("where"):
        verb, moved = ("are" if plural else "is"), f"{moved.removeprefix('by ')} {'higher' if rises else 'lower'}"
    if moved.startswith("by a factor"):
        verb = ("are multiplied" if plural else "is multiplied") if not compared.startswith("where") else verb
    if not np.isfinite(se):
        return f"{subject} {verb} {moved} {compared} (no standard error){held}."
    brackets = f"{percent(level)} {_kind(fit)} interval {interval}; {statistic} = {number(row['statistic'], 2)}"
    return f"{subject} {verb} {moved} {compared} ({brackets}, {p_said(row['p_value'])}){held}."


def _kind(fit: Fit) -> str:
    """The kind of interval in a fit's table, with the covariance that it is made of where that is not the usual one."""
    return "Wald" if fit.cov == "information" else f"Wald ({fit.cov})"


def _factor(estimate: float, se: float, lower: float, upper: float) -> tuple[str, str]:
    """A change in percent with its interval, or a factor where percents would mislead."""
    factor, low, high = (float(np.exp(value)) for value in (estimate, lower, upper))
    sized = factor * se if np.isfinite(se) else np.nan
    if 0.5 <= factor <= 2.0:
        places = decimals(100.0 * sized, digits=2)
        low, high = (low - 1.0, high - 1.0) if factor > 1.0 else (1.0 - high, 1.0 - low)
        return f"by {number(100.0 * abs(factor - 1.0), places)} %", f"{between(100.0 * low, 100.0 * high, places)} %"
    places = decimals(sized)
    return f"by a factor of {number(factor, places)}", f"of the factor {between(low, high, places)}"


def _compared(model: Any, term: str) -> str:
    """`per unit of x`, or `where g is b rather than a` for a level of a column of words."""
    level = re.fullmatch(r"(.+)\[T\.(.*)\]", term, re.DOTALL)
    design = getattr(model, "design", None)
    if level and design is not None and level[1] in design.levels:
        column = re.sub(r"^C\((\w+)\)$", r"\1", level[1])
        return f"where {column} is {level[2]} rather than {design.levels[level[1]][0]}"
    return f"per unit of {term}"


def _subject(model: Any, row: dict[Any, Any]) -> tuple[str, bool]:
    """What the coefficient moves, and whether it is a plural."""
    outcome = model.outcome_name
    grouped = model.rows.y.ndim == 2
    event = "a success" if grouped else f"that {outcome} is {1 if model.labels is None else model.labels[1]}"
    of: dict[str, Callable[[], tuple[str, bool]]] = {
        "ols": lambda: (f"The mean of {outcome}", False),
        "probit": lambda: (f"The normal score of the probability {'of ' if grouped else ''}{event}", False),
        "logistic": lambda: (f"The odds {'of ' if grouped else ''}{event}", True),
        "beta_binomial": lambda: (f"The odds of the mean share of successes ({outcome})", True),
        "poisson": lambda: (f"The expected count of {outcome}", False),
        "negative_binomial": lambda: (f"The expected count of {outcome}", False),
        "softmax": lambda: (f"The odds of {row.get('category')} against {model.labels[0]}", True),
    }
    return of[model.kind]()


def _plain(marked: str) -> str:
    return "".join(span.content for span in inline(marked))
