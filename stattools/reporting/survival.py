"""What a report says of Cox's regression: hazard ratios, whether they stay what they are, and whom they tell apart."""

from __future__ import annotations

from typing import Any

from stattools.errors import StattoolsError
from stattools.inference.fits.cox_fit import CoxFit
from stattools.models.survival.cox import CoxRegression
from stattools.reporting.answer.answered import Answered
from stattools.reporting.answer.ratios import RatioWords, answer, found, named_terms
from stattools.reporting.document import Block, Math, Paragraph, Table, code
from stattools.reporting.first_table import described
from stattools.reporting.matched_sets import logarithms
from stattools.reporting.tables import (
    coefficient_table,
    count,
    decimals,
    listed,
    number,
    p_said,
    p_value,
)
from stattools.text.columns import many

CHANGES = 0.01
"""A p-value of the test of proportional hazards below which a hazard ratio is said to change with time."""

TIES = {
    "efron": r"\prod_{l=0}^{d-1} \Big(\sum_{j \in R(t)} e^{x_j \beta} - \frac{l}{d}"
    r" \sum_{j \in D(t)} e^{x_j \beta}\Big)",
    "breslow": r"\Big(\sum_{j \in R(t)} e^{x_j \beta}\Big)^{d}",
    "exact": r"\sum_{D' \subset R(t), |D'| = d} \prod_{j \in D'} e^{x_j \beta}",
}
SAID = {
    "efron": "ties counted as Efron does, as if the events of one time followed each other",
    "breslow": "ties counted as Breslow does, at once",
    "exact": "ties counted exactly: which of those at risk have the event, given how many",
}


def question(model: CoxRegression) -> str:
    """What the model asks of its data."""
    within = " within strata" if model.strata else ""
    return f"How does the hazard of {code(model.outcome_name)} depend on {named_terms(model)}{within}?"


def facts(model: CoxRegression) -> dict[str, str]:
    """Rows, events, strata."""
    told = {"rows": count(model.said.n), "events": count(model.sets.total)}
    if model.said.weights is not None:
        told["rows repeated by weights"] = count(model.n)
    if model.n_dropped:
        told["dropped for missing values"] = count(model.n_dropped)
    if model.strata:
        told["strata"] = count(len(model.strata))
    return told | {"last time at risk": f"{model.said.time.max():g}"}


def columns(model: CoxRegression) -> tuple[Block, ...]:
    """The columns of the table."""
    return described(model)


def likelihood(model: CoxRegression) -> tuple[Block, ...]:
    """The partial likelihood."""
    each = ", the product over strata as well" if model.strata else ""
    return (
        Paragraph(
            "Hazards are proportional, $h(t \\mid x) = h_0(t)\\, e^{x \\beta}$, and nothing is said of $h_0$. The "
            f"likelihood of $\\beta$ is the partial one, the product over event times{each}, of the $d$ rows $D(t)$ "
            f"with the event among those at risk then, $R(t)$, {SAID[model.ties]}:"
        ),
        Math(rf"L(\beta) = \prod_t \frac{{\prod_{{i \in D(t)}} e^{{x_i \beta}}}}{{{TIES[model.ties]}}}"),
    )


def estimates(fit: CoxFit) -> tuple[Block, ...]:
    """Coefficients, whose exponentials are those of the results, and concordance."""
    blocks = (*logarithms(fit, "hazard ratios"), coefficient_table(fit))
    try:
        found = fit.concordance()
    except StattoolsError:
        return blocks
    places = decimals(found.se, digits=2)
    return (
        *blocks,
        Paragraph(
            f"Concordance {number(found.estimate, places)} (standard error {number(found.se, places)}): of two rows "
            "that can be compared, how often the one with the higher hazard has its event first; 0.5 is a coin."
        ),
    )


def _proportional(fit: CoxFit) -> tuple[Block, ...]:
    found = _tests_of_proportionality(fit)
    if found is None:
        return ()
    rows = [
        (
            code(row["term"]) if row["term"] != "GLOBAL" else "all",
            number(row["statistic"], 2),
            str(row["df"]),
            p_value(row["p_value"]),
        )
        for row in found.to_dict("records")
    ]
    return (
        Paragraph(
            "Are hazards proportional? Score tests that a coefficient changes with time (Grambsch and Therneau):"
        ),
        Table(("term", "chi2", "df", "p"), tuple(rows), "lrrr"),
        Paragraph(" ".join([_constant(fit), *([note] if (note := found.attrs.get("note")) else [])])),
    )


def _tests_of_proportionality(fit: CoxFit) -> Any:
    try:
        return fit.proportional_hazards()
    except StattoolsError:  # as of exact ties, which have no such test
        return None


def _constant(fit: CoxFit) -> str:
    """Whether hazard ratios stay what they are, as a sentence; "" where there is no test."""
    found = _tests_of_proportionality(fit)
    if found is None:
        return ""
    changing = [row for row in found.to_dict("records") if row["p_value"] < CHANGES]
    if not changing:
        least = f"the smallest of {len(found)} p-values is" if len(found) > 1 else "its p-value is"
        return (
            "Nothing speaks against hazard ratios that stay the same over time: of the tests of proportional hazards "
            f"{least} {p_value(float(found['p_value'].min()))}."
        )
    names = [row["term"] for row in changing if row["term"] != "GLOBAL"]
    whose = f"the hazard ratio{'s' if len(names) > 1 else ''} of {listed(names)}" if names else "the hazard ratios"
    seems = "seem" if len(names) != 1 else "seems"
    least = p_said(min(float(row["p_value"]) for row in changing))
    return (
        f"{whose[0].upper()}{whose[1:]} {seems} to change with time ({least}), so that each is an average over the "
        "time seen. Strata of such a column, or a column that changes with time, allow for it."
    )


def answered(fit: CoxFit, draw: object) -> Answered:
    """The box, the table of all terms, and the checks with the tests of proportional hazards."""
    return answer(fit, question(fit.model), _seen(fit.model), words(fit.model), _proportional(fit))


def conclusion(fit: CoxFit, checked: str) -> str:
    """All hazard ratios, the clearest first."""
    said = found(fit, _seen(fit.model), words(fit.model))
    return f"{said.removesuffix('.')}{checked}."


def _seen(model: CoxRegression) -> str:
    return f"{count(model.said.n)} rows with {many(model.sets.total, 'event')}"


def words(model: CoxRegression) -> RatioWords:
    """What coefficients are ratios of."""
    return RatioWords("hazard ratio", f"the hazard of {code(model.outcome_name)}")
