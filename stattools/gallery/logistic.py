"""Logistic regression on a survey of married women: which circumstances go along with an affair?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

import stattools as st
from stattools.gallery import command
from stattools.inference.diagnostics.goodness import grouped
from stattools.inference.fits.fit import Fit
from stattools.qualification.agreements import shipped
from stattools.reporting import sections, sentences
from stattools.reporting.diagnostics import calibration, coefficients
from stattools.reporting.document import Block, Document, Figure, Paragraph, Section, Table
from stattools.reporting.draws import BESIDE_PRIORS, drawn
from stattools.reporting.tables import between, count, decimals, number
from stattools.text.columns import percent
from stattools.validation.verdict import Agreement

SEED = 1
FORMULA = "affair ~ rate_marriage + age + yrs_married + children + religious + educ"


def document() -> Document:
    """The report."""
    survey = shipped("fair")
    fit = st.fit(st.logistic(FORMULA, survey))
    agreement = st.validate(fit)
    return Document(
        "Which marriages see an affair? A logistic regression",
        (
            sections.answer(_conclusion(fit, agreement)),
            sections.question(fit.model, (Paragraph(ASKED), Paragraph(sentences.question(fit.model)))),
            sections.data(fit.model, Paragraph(SOURCE)),
            sections.likelihood(fit.model),
            sections.maximum(fit),
            Section("Diagnostics", _diagnostics(fit)),
            Section("What it predicts", _predictions(fit, survey)),
            _posterior(fit),
            sections.validation(agreement),
            sections.provenance([fit.model], command=command("logistic"), seeds=[SEED]),
        ),
    )


def _posterior(fit: Fit) -> Section:
    """The same coefficients as a posterior under the default priors, and how far it is from the fit."""
    posterior = st.posterior(fit.model, method="importance", seed=SEED)
    section = drawn(posterior)
    apart = float(np.abs((posterior.mean - fit.estimate) / fit.se).max())
    wider = float(np.abs(posterior.sd / fit.se - 1.0).max())
    near = apart < 0.1 and wider < 0.05
    words = (
        f"With {count(fit.n)} rows the priors hardly matter: every posterior mean is within a tenth of a standard "
        "error of the maximum, every posterior standard deviation within 5 % of the standard error."
        if near
        else "The priors move the answer away from the maximum of the likelihood."
    )
    blocks = (block for block in section.blocks if not (isinstance(block, Figure) and block.name == BESIDE_PRIORS))
    return Section(section.title, (*blocks, Paragraph(words)))


ASKED = (
    "A magazine asked married women about their marriage, their circumstances, and whether they had ever had an "
    "affair. Which of the answers go along with one, and how strongly, once the others are held fixed?"
)

SOURCE = (
    "The survey is that of R. C. Fair, *A Theory of Extramarital Affairs*, Journal of Political Economy (1978), as "
    "statsmodels ships it (`statsmodels.datasets.fair`). `affair` is 1 where any time was spent in an affair. "
    "`rate_marriage` runs from 1, very poor, to 5, very good; `religious` from 1, not, to 4, strongly; `age`, "
    "`yrs_married` and `educ` are in years, as the midpoints or codes of the questionnaire."
).replace("*", "")


def _diagnostics(fit: Fit) -> tuple[Block, ...]:
    probability = fit.predict(align=False)
    predicted, observed, size = grouped(probability, fit.model.rows.y, fit.model.rows.weight)
    gap = float(np.abs(observed - predicted).max())
    return (
        Paragraph(
            f"Sorted into {len(size)} groups by predicted probability, from {percent(round(float(predicted[0]), 2))} "
            f"in the lowest to {percent(round(float(predicted[-1]), 2))} in the highest, the share of affairs observed "
            f"is never farther than {number(100 * gap, 1)} percentage points from the one predicted."
        ),
        calibration(fit),
        Paragraph(
            "The columns have different units. Multiplied by the standard deviation of its column, each coefficient "
            "says what a typical difference between two women does to the log odds:"
        ),
        coefficients(fit),
    )


def _predictions(fit: Fit, survey: pd.DataFrame) -> tuple[Block, ...]:
    """Probability by the rating of the marriage, everything else at its median."""
    others = survey[["age", "yrs_married", "children", "religious", "educ"]].median()
    ratings = [1, 2, 3, 4, 5]
    rows = pd.DataFrame([{**others, "rate_marriage": float(rating)} for rating in ratings])
    predicted = fit.predict(rows, interval=fit.level)
    typical = ", ".join(f"`{name}` {value:g}" for name, value in others.items())
    cells = [
        (str(rating), f"{number(100 * row['mean'], 1)} %", between(100 * row["lower"], 100 * row["upper"], 1) + " %")
        for rating, row in zip(ratings, predicted.to_dict("records"), strict=True)
    ]
    return (
        Paragraph(f"For a woman with the median of everything else ({typical}), by how she rates her marriage:"),
        Table(("`rate_marriage`", "probability of an affair", f"{percent(fit.level)} interval"), tuple(cells), "rrc"),
    )


def _conclusion(fit: Fit, agreement: Agreement) -> str:
    table = fit.table().set_index("term")
    checked = "; statsmodels gives the same numbers" if agreement.ok else ""
    return (
        f"Among {count(fit.n)} married women, one step up in how the marriage is rated multiplies the odds of an "
        f"affair by {_ratio(table.loc['rate_marriage'], fit.level)}, and one year more of marriage by "
        f"{_ratio(table.loc['yrs_married'])}, all else held fixed{checked}."
    )


def _ratio(row: Mapping[str, float], level: float | None = None) -> str:
    """An odds ratio with its interval, whose level is said the first time."""
    value, lower, upper = np.exp([row["estimate"], row["lower"], row["upper"]])
    places = decimals(float(value * row["se"]), digits=2)
    said = f"{percent(level)} Wald interval " if level else ""
    return f"{number(value, places)} ({said}{between(lower, upper, places)})"
