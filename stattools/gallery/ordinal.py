"""Party identification in the United States, 1996: seven labels in order, one effect for six cuts, and its test."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

import stattools as st
from stattools import figures
from stattools.gallery import command
from stattools.gallery.softmax import FORMULA, PARTIES, SOURCE, respondents
from stattools.inference.fits.fit import Fit
from stattools.reporting import sections, sentences
from stattools.reporting.document import Block, Document, Figure, Paragraph, Section, Table, code
from stattools.reporting.tables import between, count, decimals, number, p_said, p_value
from stattools.text.columns import percent
from stattools.validation.verdict import Agreement

TERM = "left_right"
"""The column whose effect is looked at from cut to cut."""


def document() -> Document:
    """The report."""
    survey = respondents()
    survey["party"] = survey["party"].cat.as_ordered()
    fit = st.fit(st.ordinal(FORMULA, survey))
    partial = st.fit(st.ordinal(FORMULA, survey, nonparallel=[TERM]))
    softmax = st.fit(st.softmax(FORMULA, survey, reference=PARTIES[0]))
    tests, agreement = fit.proportional_odds(), st.validate(fit)
    return Document(
        "Which party, in seven steps? An ordinal regression",
        (
            sections.answer(_conclusion(fit, partial, tests, agreement)),
            sections.question(fit.model, (Paragraph(ASKED), Paragraph(sentences.question(fit.model)))),
            sections.data(fit.model, Paragraph(SOURCE)),
            sections.likelihood(fit.model),
            sections.maximum(fit),
            Section("Probabilities", _probabilities(fit, survey)),
            Section("Is one coefficient enough for all cuts?", _cuts(fit, partial, tests)),
            Section("With and without the order", _beside(fit, partial, softmax)),
            sections.validation(agreement),
            sections.provenance([fit.model], command=command("ordinal")),
        ),
    )


ASKED = (
    "In 1996 Americans were asked which party they identify with, in seven steps from strong Democrat to strong "
    "Republican. The steps have an order. If it is used, how much does one step to the right on another scale move "
    "people along it, and does it move them alike over all of it?"
)


def _rows(x: np.ndarray, survey: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({TERM: x, **survey[["age", "income"]].mean().to_dict()})


def _probabilities(fit: Fit, survey: pd.DataFrame) -> tuple[Block, ...]:
    """The probability of every label, and the mean step."""
    x = np.linspace(1.0, 7.0, 61)
    curves = fit.predict(_rows(x, survey), interval=fit.level)
    parts = {name: curves[curves["category"] == name] for name in PARTIES}
    drawn = {name: tuple(part[end].to_numpy() for end in ("mean", "lower", "upper")) for name, part in parts.items()}
    places = np.array([1.0, 4.0, 7.0])
    score = fit.predict(_rows(places, survey), kind="score", interval=fit.level)
    said = [
        f"{number(row['score'], 1)} ({between(row['lower'], row['upper'], 1)}) at {place:g}"
        for place, row in zip(places, score.to_dict("records"), strict=True)
    ]
    return (
        Paragraph("At the mean age and the mean class of income, by where one stands between left and right:"),
        Figure(
            "probabilities",
            lambda: figures.probabilities(
                x, drawn, xlabel="self-placement, from 1, extremely liberal, to 7, extremely conservative"
            ),
            alt="Probability of each of seven party identifications by self-placement between left and right: that of "
            "strong Democrats falls all the way, that of strong Republicans rises, and those between rise and fall",
            caption=f"Lines: predicted probability. Bands: {percent(fit.level)} intervals, each for its own panel. One "
            "coefficient moves all seven curves; compare the softmax regression of the same answers, which has six.",
        ),
        Paragraph(
            "With the steps numbered from 1 to 7, the expected step, with its "
            f"{percent(fit.level)} interval, is {', '.join(said[:-1])} and {said[-1]}."
        ),
    )


def _cuts(fit: Fit, partial: Fit, tests: Any) -> tuple[Block, ...]:
    """The tests of proportional odds, and the effect at each cut."""
    lr = tests[tests["test"] == "lr"]
    brant = tests[tests["test"] == "brant"].set_index("term")
    rows = tuple(
        (
            row["term"] if row["term"] == "all terms" else code(row["term"]),
            str(int(row["df"])),
            number(row["statistic"], 2),
            p_value(row["p_value"]),
            number(brant.loc[row["term"], "statistic"], 2),
            p_value(brant.loc[row["term"], "p_value"]),
        )
        for row in lr.to_dict("records")
    )
    own = partial.table().iloc[-len(PARTIES) + 1 :]
    one = fit.table().set_index("term").loc[TERM]
    names = [f"above {name}" for name in PARTIES[:-1]]
    values, lower, upper = (own[end].to_numpy() for end in ("estimate", "lower", "upper"))
    places = decimals(float(own["se"].min()), digits=2)
    cells = tuple(
        (name, number(value, places), between(low, high, places))
        for name, value, low, high in zip(names, values, lower, upper, strict=True)
    )
    return (
        Paragraph(
            "An ordinal regression is six logistic regressions at once, one for each cut of the seven steps into two, "
            "with the same coefficients. Each column may be tried: the likelihood ratio to the model in which its "
            "effect differs from cut to cut, and Brant's test, which compares the six logistic regressions:"
        ),
        Table(("column", "degrees of freedom", "likelihood ratio", "p", "Brant", "p"), rows, "lrrrrr"),
        Paragraph(
            f"`st.ordinal({FORMULA!r}, survey, nonparallel=[{TERM!r}])` has an effect of {code(TERM)} at each cut. The "
            f"common one is {number(one['estimate'], places)} ({between(one['lower'], one['upper'], places)}); at the "
            "cuts it is:"
        ),
        Table(("cut", "effect", f"{percent(partial.level)} interval"), cells, "lrr"),
        Figure(
            "cuts",
            lambda: figures.coefficients(names, values, lower, upper, xlabel=f"effect of {TERM} on the log odds"),
            alt=f"The effect of {TERM} at six cuts with intervals: {number(values[0], 2)} at the lowest, "
            f"{number(values[-1], 2)} at the highest",
            caption=f"Points: the log odds ratio of being above the cut for one step to the right. Bars: "
            f"{percent(partial.level)} Wald intervals.",
        ),
        Paragraph(
            "The effect is smallest at the first cut: where one stands says less about who is a strong rather than a "
            "weak Democrat than about who leans to the Republicans at all."
            if values[0] < values[1:].min()
            else "The effects at the cuts have no order of their own."
        ),
    )


def _beside(fit: Fit, partial: Fit, softmax: Fit) -> tuple[Block, ...]:
    """The three models in numbers."""
    fits = {"one effect for all cuts": fit, f"{code(TERM)} at each cut": partial, "softmax, without the order": softmax}
    cells = tuple(
        (name, str(len(one.estimate)), number(one.loglik, 2), number(one.aic, 1), number(one.bic, 1))
        for name, one in fits.items()
    )
    best = min(fits, key=lambda name: fits[name].aic)
    return (
        Paragraph(
            "A softmax regression does not know the order and has a coefficient of each column for each of six "
            "comparisons:"
        ),
        Table(("model", "coefficients", "log-likelihood", "AIC", "BIC"), cells, "lrrrr"),
        Paragraph(f"By Akaike's criterion the best of the three is: {best}."),
    )


def _conclusion(fit: Fit, partial: Fit, tests: Any, agreement: Agreement) -> str:
    row = fit.table().set_index("term").loc[TERM]
    value, lower, upper = np.exp([row["estimate"], row["lower"], row["upper"]])
    places = decimals(float(value * row["se"]), digits=2)
    p = float(tests[(tests["test"] == "lr") & (tests["term"] == TERM)]["p_value"].iloc[0])
    own = np.exp(partial.estimate[-len(PARTIES) + 1 :])
    checked = "; statsmodels gives the same numbers" if agreement.ok else ""
    return (
        f"Among {count(fit.n)} Americans in 1996, one step to the right on a scale of seven multiplies the odds of a "
        f"party further towards strong Republican by {number(value, places)} ({percent(fit.level)} Wald interval "
        f"{between(lower, upper, places)}), age and income held fixed{checked}. One number for all cuts says too "
        f"little, though ({p_said(p)}): by the cut it is {number(own.min(), 1)} to {number(own.max(), 1)}."
        if p < 0.05
        else f"Among {count(fit.n)} Americans in 1996, one step to the right multiplies the odds by "
        f"{number(value, places)} ({between(lower, upper, places)}) at every step{checked}."
    )
