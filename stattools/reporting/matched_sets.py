"""What a report says of conditional logistic regression: odds ratios within matched sets."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.reporting.document import Block, Math, Paragraph, Table, code
from stattools.reporting.tables import between, coefficient_table, count, decimals, listed, number, p_said, percent


def question(model: Any) -> str:
    """What the model asks of its data."""
    return f"How do the odds of {code(model.outcome_name)} depend on {listed(model.names)}, within sets?"


def facts(model: Any) -> dict[str, str]:
    """Rows, cases and sets."""
    told = {"rows": count(model.said.n), "sets": count(len(model.strata)), "sets that tell": count(model.telling)}
    if model.said.weights is not None:
        told["rows repeated by weights"] = count(model.n)
    return told | ({"dropped for missing values": count(model.n_dropped)} if model.n_dropped else {})


def likelihood(model: Any) -> tuple[Block, ...]:
    """The conditional likelihood."""
    return (
        Paragraph(
            "Within a set $s$ of rows the likelihood is that of which of them, $D_s$, have the outcome, given how many "
            "they are; what the rows of a set share drops out:"
        ),
        Math(
            r"L(\beta) = \prod_s \frac{\prod_{i \in D_s} e^{x_i \beta}}"
            r"{\sum_{D' \subset s, |D'| = |D_s|} \prod_{j \in D'} e^{x_j \beta}}"
        ),
    )


def estimates(fit: Any) -> tuple[Block, ...]:
    """Coefficients and odds ratios."""
    return (coefficient_table(fit), *ratios(fit, "odds ratio"))


def ratios(fit: Any, called: str) -> tuple[Block, ...]:
    """The exponentials of the coefficients with their intervals; none where there are no standard errors."""
    if not fit.kinds:
        return ()
    rows = tuple(
        (code(row["term"]), *(f"{row[name]:.4g}" for name in ("estimate", "lower", "upper")))
        for row in fit.table(exponentiate=True).to_dict("records")
    )
    return (Table(("", called, f"{percent(fit.level)} interval: lower", "upper"), rows, "lrrr"),)


def conclusion(fit: Any, checked: str) -> str:
    """The odds ratio that is farthest from 1 in standard errors."""
    return strongest(fit, "odds", checked)


def strongest(fit: Any, what: str, checked: str) -> str:
    """What a unit more of the column with the largest z does."""
    if not fit.kinds:
        return f"Ratios of {code(fit.model.outcome_name)} were estimated with a penalty; they have no intervals."
    k = int(np.argmax(np.abs(fit.estimate / fit.se)))
    row = fit.table(exponentiate=True).to_dict("records")[k]
    places = decimals((row["upper"] - row["lower"]) / 4.0)
    return (
        f"A unit more of {code(row['term'])} multiplies the {what} by {number(row['estimate'], places)} "
        f"({percent(fit.level)} interval {between(row['lower'], row['upper'], places)}; "
        f"{p_said(row['p_value'])}){checked}."
    )
