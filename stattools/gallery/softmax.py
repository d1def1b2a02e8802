"""Party identification in the United States, 1996: seven outcomes, one softmax regression, any reference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import special

import stattools as st
from stattools import figures
from stattools.gallery import command
from stattools.inference.fits.fit import Fit
from stattools.qualification.agreements import shipped
from stattools.reporting import sections, sentences
from stattools.reporting.document import Block, Document, Figure, Paragraph, Section, Table, code
from stattools.reporting.tables import between, count, decimals, number, p_value, small_said
from stattools.text.columns import percent
from stattools.validation.verdict import Agreement

FORMULA = "party ~ left_right + age + income"
PARTIES = (
    "strong Democrat",
    "weak Democrat",
    "leans Democrat",
    "independent",
    "leans Republican",
    "weak Republican",
    "strong Republican",
)
"""From left to right; the first is the reference."""
OTHER = "independent"
"""Another reference."""


def document() -> Document:
    """The report."""
    survey = respondents()
    fit = st.fit(st.softmax(FORMULA, survey, reference=PARTIES[0]))
    agreement = st.validate(fit)
    return Document(
        "Who identifies with which party? A softmax regression",
        (
            sections.answer(_conclusion(fit, agreement)),
            sections.question(fit.model, (Paragraph(ASKED), Paragraph(sentences.question(fit.model)))),
            sections.data(fit.model, Paragraph(SOURCE)),
            sections.likelihood(fit.model),
            sections.maximum(fit),
            Section("What it says", _reading(fit)),
            Section("Probabilities", _probabilities(fit, survey)),
            Section("The reference is a choice of words", _reference(fit, survey)),
            Section("Two categories are a logistic regression", _two(survey)),
            sections.validation(agreement),
            sections.provenance([fit.model], command=command("softmax")),
        ),
    )


ASKED = (
    "In 1996, before the presidential election, Americans were asked which party they identify with, in seven steps "
    "from strong Democrat to strong Republican. How do the answers go along with where people place themselves between "
    "left and right, with their age, and with their income?"
)

SOURCE = (
    "The respondents are those of the American National Election Study of 1996, as statsmodels ships them "
    "(`statsmodels.datasets.anes96`). `party` is its `PID` in words. `left_right` is its `selfLR`, from 1, extremely "
    "liberal, to 7, extremely conservative; `income` is the class of the household's income, from 1, below 3,000 "
    "dollars a year, to 24, above 105,000, in unequal steps; `age` is in years."
)


def respondents() -> pd.DataFrame:
    """The survey, with party identification in words, in order."""
    data = shipped("anes96")
    party = pd.Categorical.from_codes(data["PID"].astype(int), list(PARTIES))
    return data.assign(party=party, left_right=data["selfLR"])


def _reading(fit: Fit) -> tuple[Block, ...]:
    """The order of the slopes, and what each column is worth."""
    table = fit.table()
    slope = [0.0, *table.loc[table["term"] == "left_right", "estimate"]]
    order = [PARTIES[k] for k in np.argsort(slope)]
    rises = order == list(PARTIES)
    probability = fit.predict(align=False)
    right = float((probability.argmax(axis=1) == fit.model.rows.y).mean())
    largest = float(np.bincount(fit.model.rows.y.astype(int)).max() / fit.n)
    survey, rows = respondents(), []
    for left_out in fit.model.terms[1:]:
        others = " + ".join(term for term in fit.model.terms[1:] if term != left_out)
        smaller = st.fit(st.softmax(f"party ~ {others}", survey, reference=PARTIES[0]))
        rows.append((code(left_out), *_ratio_test(fit, smaller)))
    return (
        Paragraph(
            "Each line of the table compares one category with strong Democrats, so that a column has six coefficients "
            "and no single p-value. Leaving the column out of all six gives one, by the likelihood ratio:"
        ),
        Table(("column", "likelihood ratio", "degrees of freedom", "p"), tuple(rows), "lrrr"),
        Paragraph(
            "The model does not know that the categories have an order. "
            + (
                f"The coefficients of {code('left_right')} find it: they rise from each step to the next, from 0 for "
                f"strong Democrats to {number(slope[-1], 2)} for strong Republicans."
                if rises
                else f"By the coefficients of {code('left_right')} it would be {', '.join(order)}."
            )
        ),
        Paragraph(
            f"The most probable category is the respondent's own for {percent(round(right, 3))}; always guessing the "
            f"most frequent one is right for {percent(round(largest, 3))}. Neighboring categories are hard to tell "
            "apart, and their probabilities say more than one guess."
        ),
    )


def _ratio_test(fit: Fit, smaller: Fit) -> tuple[str, str, str]:
    statistic, df = 2.0 * (fit.loglik - smaller.loglik), len(fit.estimate) - len(smaller.estimate)
    p = float(special.chdtrc(df, statistic))
    return number(statistic, 2), str(df), p_value(p)


def _probabilities(fit: Fit, survey: Any) -> tuple[Block, ...]:

    mean = survey[["age", "income"]].mean()
    x = np.linspace(1.0, 7.0, 61)
    curves = fit.predict(_rows(x, mean), interval=fit.level)
    parts = {name: curves[curves["category"] == name] for name in PARTIES}
    drawn = {name: tuple(part[end].to_numpy() for end in ("mean", "lower", "upper")) for name, part in parts.items()}
    places = [1.0, 4.0, 7.0]
    at: Any = fit.predict(_rows(np.array(places), mean), interval=fit.level)
    cells = []
    for name in PARTIES:
        rows = at[at["category"] == name].to_dict("records")
        cells.append(
            (
                name,
                *(f"{_percents(row['mean'])} ({_percents(row['lower'])} to {_percents(row['upper'])})" for row in rows),
            )
        )
    most = {place: at[at["row"] == i].set_index("category")["mean"].idxmax() for i, place in enumerate(places)}
    return (
        Paragraph(
            f"At the mean age of {number(float(mean['age']), 1)} years and the mean income class of "
            f"{number(float(mean['income']), 1)}, by where one stands between left and right:"
        ),
        Figure(
            "probabilities",
            lambda: figures.probabilities(
                x, drawn, xlabel="self-placement, from 1, extremely liberal, to 7, extremely conservative"
            ),
            alt="Probability of each of seven party identifications by self-placement between left and right: the most "
            f"probable is {most[1.0]} at 1, {most[4.0]} at 4 and {most[7.0]} at 7",
            caption=f"Lines: predicted probability. Bands: {percent(fit.level)} intervals, each for its own panel, "
            "made on the log odds so that they stay between 0 and 100 %.",
        ),
        Table(
            ("party", *(f"at {place:g}, % ({percent(fit.level)} interval)" for place in places)), tuple(cells), "lccc"
        ),
    )


def _rows(x: np.ndarray, mean: Any) -> pd.DataFrame:
    return pd.DataFrame({"left_right": x, "age": float(mean["age"]), "income": float(mean["income"])})


def _percents(share: float) -> str:
    return number(100.0 * share, 1)


def _reference(fit: Fit, survey: pd.DataFrame) -> tuple[Block, ...]:
    """The same fit against another category: other numbers, the same model."""
    other = st.fit(st.softmax(FORMULA, survey, reference=OTHER))
    ours, theirs = (
        {(row["category"], row["term"]): row for row in each.table().to_dict("records")} for each in (fit, other)
    )
    last, key = PARTIES[-1], "left_right"
    direct = theirs[last, key]
    mapped = [
        ours[name, term]["estimate"] - ours[OTHER, term]["estimate"] - theirs[name, term]["estimate"]
        for name in PARTIES[1:]
        for term in fit.model.terms
        if name != OTHER
    ]
    apart = float(np.abs(mapped).max())
    same = float(np.abs(fit.predict()[list(PARTIES)].to_numpy() - other.predict()[list(PARTIES)].to_numpy()).max())
    logliks = small_said(fit.loglik - other.loglik)
    few = int((fit.model.rows.y == PARTIES.index(OTHER)).sum())
    return (
        Paragraph(
            f'Against {OTHER}s instead of {PARTIES[0]}s, `st.softmax(..., reference="{OTHER}")`, every coefficient is '
            f"a difference of two above: for {last}s and {code(key)} it is {number(direct['estimate'], 6)}, which is "
            f"{number(ours[last, key]['estimate'], 6)} less {number(ours[OTHER, key]['estimate'], 6)}. Over all "
            f"coefficients the two ways differ by {small_said(apart)}, all probabilities by {small_said(same)}, the "
            f"log-likelihoods by {logliks}. Only the standard errors are those of another comparison: "
            f"{number(direct['se'], 3)} instead of {number(ours[last, key]['se'], 3)}, since only {few} call "
            f"themselves {OTHER}."
        ),
    )


def _two(survey: pd.DataFrame) -> tuple[Block, ...]:
    """Expected vote, which has two outcomes, both ways."""
    formula = FORMULA.replace("party", "vote")
    softmax, logistic = st.fit(st.softmax(formula, survey)), st.fit(st.logistic(formula, survey))
    rows = []
    for j, name in enumerate(logistic.names):
        places = decimals(float(logistic.se[j]), digits=6)
        cells = [number(float(value), places) for fit in (softmax, logistic) for value in (fit.estimate[j], fit.se[j])]
        rows.append((code(name), *cells))
    apart = float(np.abs((softmax.estimate - logistic.estimate) / logistic.se).max())
    return (
        Paragraph(
            "The same respondents were asked whom they would vote for, Clinton (0) or Dole (1): two categories. "
            f"Softmax and logistic regression of {code('vote')} are {small_said(apart)} standard errors apart:"
        ),
        Table(("term", "softmax", "standard error", "logistic", "standard error"), tuple(rows), "lrrrr"),
    )


def _conclusion(fit: Fit, agreement: Agreement) -> str:
    table = fit.table().set_index(["category", "term"])
    row = table.loc[(PARTIES[-1], "left_right")]
    value, lower, upper = np.exp([row["estimate"], row["lower"], row["upper"]])
    places = decimals(float(value * row["se"]), digits=2)
    checked = "; statsmodels gives the same numbers" if agreement.ok else ""
    return (
        f"Among {count(fit.n)} Americans in 1996, one step to the right on a scale of seven multiplies the odds of "
        f"being a strong Republican rather than a strong Democrat by {number(value, places)} ({percent(fit.level)} "
        f"Wald interval {between(lower, upper, places)}), age and income held fixed{checked}."
    )
