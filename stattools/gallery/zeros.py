"""Visits to a doctor again: are there too many zeros? A zero-inflated model, a hurdle, and what each says of a zero."""

from __future__ import annotations

import numpy as np
import pandas as pd

import stattools as st
from stattools.gallery import command
from stattools.gallery.counts import FORMULA, SOURCE
from stattools.inference.fits.fit import Fit
from stattools.inference.plots.predictions import expected_frequencies
from stattools.qualification.agreements import shipped
from stattools.reporting import equations, sections, sentences
from stattools.reporting.diagnostics import frequencies
from stattools.reporting.document import Block, Document, Listing, Paragraph, Section, Table, code
from stattools.reporting.tables import between, count, decimals, number
from stattools.text.columns import percent

ZERO = "~ lncoins + idp + physlm + disea"
"""What may tell who does not go at all."""


def document() -> Document:
    """The report."""
    visits = shipped("randhie")
    inflated = st.fit(st.zero_inflated(FORMULA, visits, zero=ZERO))
    hurdle = st.fit(st.hurdle(FORMULA, visits, zero=ZERO, family="negative-binomial"))
    fits = {
        "Poisson": st.fit(st.poisson(FORMULA, visits)),
        "zero-inflated Poisson": inflated,
        "hurdle, Poisson": st.fit(st.hurdle(FORMULA, visits, zero=ZERO)),
        "negative binomial": st.fit(st.negative_binomial(FORMULA, visits)),
        "hurdle, negative binomial": hurdle,
    }
    return Document(
        "Too many zeros? Zero-inflated counts and hurdles",
        (
            sections.answer(_conclusion(hurdle, fits["negative binomial"])),
            sections.question(hurdle.model, (Paragraph(ASKED),)),
            sections.data(hurdle.model, Paragraph(SOURCE)),
            Section(
                "Likelihood",
                (
                    Section("Zero-inflated Poisson", equations.likelihood(inflated.model)),
                    Section("Hurdle", equations.likelihood(hurdle.model)),
                ),
            ),
            Section("Are there too many zeros?", _zeros(fits)),
            Section("No extra zeros beside a negative binomial", _none(visits)),
            Section("Fit", _fit(hurdle)),
            Section("Validation", _validated(visits, hurdle)),
            sections.provenance([hurdle.model], command=command("zeros"), seeds=[]),
        ),
    )


ASKED = (
    "Many people see no doctor in a year, more than Poisson counts of their means explain. Two models give the zeros a "
    "probability of their own. A zero-inflated model says that some people never go and others go a Poisson number of "
    "times, which may be zero; a hurdle says that whether to go at all is one decision and how often another. Which of "
    "them do the counts ask for, and who does not go?"
)


def _zeros(fits: dict[str, Fit]) -> tuple[Block, ...]:
    y = fits["Poisson"].model.rows.y
    none = number(100.0 * float((y == 0).mean()), 1)
    rows = [
        (
            name,
            str(len(fit.estimate)),
            f"{number(100.0 * float(expected_frequencies(fit, np.zeros(1))[0]) / fit.n, 1)} %",
            number(fit.loglik, 1),
            number(fit.aic, 1),
        )
        for name, fit in fits.items()
    ]
    gap = fits["zero-inflated Poisson"].loglik - fits["hurdle, Poisson"].loglik
    return (
        Paragraph(
            f"Of all person-years {none} % have no visit. A hurdle, and a model with extra zeros, expect about as many "
            "by construction; whether they fit is seen in the other counts:"
        ),
        Table(("model", "parameters", "zeros expected", "log-likelihood", "AIC"), tuple(rows), "lrrrr"),
        frequencies(*(fits[name] for name in ("zero-inflated Poisson", "hurdle, negative binomial"))),
        Paragraph(
            "A parameter for the zeros alone does not mend a Poisson model: the positive counts vary far more than "
            "Poisson counts too. The zero-inflated Poisson and the hurdle with Poisson counts differ by "
            f"{number(gap, 1)} in log-likelihood, while one parameter for the spread, alpha, is worth thousands. The "
            "hurdle with negative binomial counts has the smallest AIC."
        ),
    )


def _none(visits: pd.DataFrame) -> tuple[Block, ...]:
    """What is said of a model that has no maximum inside."""
    said = "It has a maximum inside."
    try:
        st.fit(st.zero_inflated(FORMULA, visits, zero=ZERO, family="negative-binomial"))
    except st.IdentificationError as error:
        said = str(error)
    return (
        Paragraph(
            "Negative binomial counts have many zeros themselves. Are there more in these data? The log-likelihood "
            "of a zero-inflated negative binomial model with the same columns rises as the probability of an extra "
            "zero falls to 0 in some of the rows. Other programs stop on the way, with log odds such as -12 and "
            "standard errors of hundreds, and some of them call that convergence. `st.fit` says instead:"
        ),
        Listing(said),
    )


def _fit(hurdle: Fit) -> tuple[Block, ...]:
    return (
        Paragraph(sentences.certificate(hurdle)),
        sections.estimates(hurdle),
        Paragraph(
            f"Coefficients such as {code('zero: lncoins')} are log odds of a zero: a positive one keeps people from "
            "going at all, and its exponential is an odds ratio. Those without a prefix belong to the rate behind the "
            "positive counts, how often those go who go at all, and their exponentials are rate ratios. R's "
            "`pscl::hurdle` models the probability of a visit instead of a zero, so its first kind has the other sign. "
            "`log alpha` has no test in the table: alpha = 1 is nothing special."
        ),
    )


def _validated(visits: pd.DataFrame, hurdle: Fit) -> tuple[Block, ...]:
    """The zeros of a hurdle are a logistic regression, which statsmodels has."""
    zeros = st.fit(st.logistic(f"none {ZERO}", visits.assign(none=(visits["mdvis"] == 0).astype(int))))
    mine = np.array([name.startswith("zero: ") for name in hurdle.names])
    apart = float((np.abs(hurdle.estimate[mine] - zeros.estimate) / zeros.se).max())
    same = "those of" if apart < 1e-6 else f"{apart:.2g} standard errors from those of"
    return (
        Paragraph(
            "A hurdle is two regressions side by side: a logistic regression of the zeros, and one of the positive "
            f"counts. The coefficients of its zeros are {same} {code('st.logistic')} on an outcome that is 1 "
            "where there was no visit, and these are checked against statsmodels:"
        ),
        *sections.validation(st.validate(zeros)).blocks,
    )


def _conclusion(hurdle: Fit, plain: Fit) -> str:
    table = hurdle.table().set_index("term")
    said = []
    for name, what in (
        ("zero: idp", "an individual deductible multiplies the odds of no visit at all by"),
        ("idp", "and the rate of visits of those who go by"),
    ):
        row = table.loc[name]
        value, lower, upper = np.exp([row["estimate"], row["lower"], row["upper"]])
        places = decimals(float(value * row["se"]), digits=2)
        said.append(
            f"{what} {number(float(value), places)} ({percent(hurdle.level)} Wald interval "
            f"{between(float(lower), float(upper), places)})"
        )
    seen = 100.0 * float((plain.model.rows.y == 0).mean())
    alone = 100.0 * float(expected_frequencies(plain, np.zeros(1))[0]) / plain.n
    return (
        f"In {count(hurdle.n)} person-years, {', '.join(said)}, the other columns held fixed. A negative binomial "
        f"without extra zeros expects {number(alone, 1)} % of zeros where {number(seen, 1)} % are observed, so these "
        "counts do not call for a group of people who never go."
    )
