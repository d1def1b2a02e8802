"""What a report says of a log-likelihood that is a function of the user's own."""

from __future__ import annotations

import numpy as np

from stattools.inference.fits.fit import Fit
from stattools.models.custom import Custom
from stattools.reporting.document import Block, Math, Paragraph, code, literal
from stattools.reporting.tables import between, count, decimals, listed, number
from stattools.text.columns import percent

INSIDE = "none: the data are inside the given function"


def question(model: Custom) -> str:
    """What the model asks of its data."""
    return f"Which values of {listed(model.names)} make the data most probable?"


def named(model: Custom) -> str:
    """The model as a title."""
    return literal(model.title)


def facts(model: Custom) -> dict[str, str]:
    """How many observations there are, as far as it was said, and parameters."""
    observed = "not given" if model.observations is None else count(model.observations)
    return {"observations": observed, "parameters": count(len(model.names))}


def digest(model: Custom) -> str:
    """What stands in the place of a hash."""
    return INSIDE


def likelihood(model: Custom) -> tuple[Block, ...]:
    """A function of the parameters, by name."""
    names = ", ".join(map(code, model.names))
    return (
        Paragraph(f"The log-likelihood is a function that was given, of the parameters $\\theta$ = ({names}):"),
        Math(r"\ell(\theta) = \log p(\mathrm{data} \mid \theta)"),
    )


def conclusion(fit: Fit, checked: str) -> str:
    """Where the log-likelihood is highest."""
    if not fit.kinds:
        ends = ", ".join(
            f"{code(name)} = {number(value, 4)}" for name, value in list(zip(fit.names, fit.estimate, strict=True))[:4]
        )
        return f"{literal(fit.model.title)} with its penalty is highest at {ends}; it has no standard errors."
    rows = zip(fit.names[:4], fit.estimate, fit.se, *np.asarray(fit.interval()).T, strict=False)
    found = [
        f"{code(name)} = {number(value, decimals(se))} ({between(lower, upper, decimals(se))})"
        if np.isfinite(se)
        else f"{code(name)} = {value:g} (its bound)"
        for name, value, se, lower, upper in rows
    ]
    return f"{literal(fit.model.title)} is highest at {', '.join(found)}, with {percent(fit.level)} Wald intervals."
