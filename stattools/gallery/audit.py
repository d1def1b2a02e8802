"""Four fits that look fine and are not: an infinite estimate, no number, a hidden penalty, a dropped column; and
numbers that somebody printed: a table judged, a table reproduced, and a paper without its data.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import statsmodels.api as sm

import stattools as st
from stattools import figures
from stattools.errors import DomainError
from stattools.gallery import command
from stattools.gallery.separation import tumors
from stattools.models.model import Model
from stattools.reporting import sections, sentences
from stattools.reporting.document import (
    Block,
    Bullets,
    Document,
    Figure,
    Listing,
    Paragraph,
    Section,
    Table,
    code,
    literal,
)
from stattools.reporting.tables import count, number
from stattools.validation.explaining.audit import Audit
from stattools.validation.explaining.claim_audit import ClaimAudit, as_printed
from stattools.validation.explaining.reproduce import Reproduction
from stattools.validation.papers.audit_paper import PaperAudit, audit_paper
from stattools.validation.verdict import Finding

RATIOS = """
| Variable  | Coef. | Std. err. |     p |
|-----------|------:|----------:|------:|
| GPA       | 16.88 |      1.26 | 0.025 |
| TUCE      |  1.10 |      0.14 | 0.501 |
| PSI       | 10.79 |      1.06 | 0.025 |
| Intercept |  0.00 |      4.93 | 0.008 |
"""
ROBUST = """
             Coef.        Std. err.
GPA          16.8797      21.7382
TUCE         1.0998       0.1318
PSI          10.7907      10.5733
"""
PAPER = """\
Students of the new method improved more often than the others, 8 of 14 (51.7%) against 3 of 18 (16.7%),
χ2(1, N = 32) = 5.72, p = .017. In a logistic regression the new method raised the odds of a better grade,
OR 10.79, 95% CI [1.34, 86.94], p = .025; the grade point average did too, B = 2.83, SE = 1.26, z = 2.84,
p = .025, and the test score did not, B = 0.095, SE = 0.142, z = 0.67, p = .501. The groups had the same test
scores before, t(30) = 0.62, p = .539, and other averages, t(30) = 0.22, p = .029."""


@cache
def grades() -> Model:
    """Did a new method of teaching raise the chance of a better grade?"""
    spector: Any = sm.datasets.spector.load_pandas().data
    return st.logistic("GRADE ~ GPA + TUCE + PSI", spector)


@cache
def judged() -> ClaimAudit:
    """The audit of a table that prints odds ratios as coefficients."""
    return st.audit(RATIOS, grades())


@cache
def reproduced() -> Reproduction:
    """The conventions of a table with robust standard errors."""
    return st.reproduce(ROBUST, grades(), seconds=600.0)


@cache
def paper() -> PaperAudit:
    """The audit of a paragraph."""
    return audit_paper(PAPER, "The paragraph")


def printed_sections() -> tuple[Section, ...]:
    """What the report says of printed numbers."""
    return (
        Section("A printed table", (Paragraph(PRINTED), Listing(RATIOS.strip(), "text"), *_judged())),
        Section("A table reproduced", (Paragraph(CONVENTIONS), Listing(ROBUST.strip("\n"), "text"), *_reproduced())),
        Section("A paper without its data", (Paragraph(WITHOUT), Listing(PAPER, "text"), *_paper())),
    )


PRINTED = (
    "Mostly there is no object, only what it printed. `st.audit(text, model)` reads a table as it stands; a number is "
    "right where a value that would be printed so is. The grades of students again, as somebody printed them:"
)
CONVENTIONS = (
    "`st.reproduce(text, model)` finds the smallest set of conventions under which all numbers come out of a refit. "
    "The same regression, printed by a program that says little of what it did:"
)
WITHOUT = (
    "`stattools audit paper.md` asks whether the numbers of a paper go with each other: p-values with their "
    "statistics, intervals with their estimates, percentages with their counts. A paragraph on the same students:"
)


def _judged() -> tuple[Block, ...]:
    found = judged()
    rows = tuple(
        (
            literal(row["term"]),
            literal(row["quantity"]),
            as_printed(row["claimed"], row["rounding"]),
            as_printed(row["right"], row["rounding"]),
            "yes" if row["holds"] else "no",
        )
        for row in found.rows.to_dict("records")
    )
    wrong = sum(row[-1] == "no" for row in rows)
    words = (
        f"Of {count(len(rows))} numbers {count(wrong)} do not hold. The audit names one convention under which all do: "
    )
    return (
        Paragraph(f"{words}**{found.findings[0].cause}**."),
        Table(("term", "number", "printed", "right", "holds"), rows, "llrrl"),
    )


def _reproduced() -> tuple[Block, ...]:
    found = reproduced()
    rows = tuple(
        (
            literal(row["term"]),
            literal(row["quantity"]),
            as_printed(row["claimed"], row["rounding"]),
            as_printed(row["reproduced"], row["rounding"]),
        )
        for row in found.table().to_dict("records")
    )
    return (
        Paragraph("The smallest set that gives every number within its rounding:"),
        Bullets(tuple(literal(one) for one in found.conventions)),
        Table(("term", "number", "printed", "refit"), rows, "llrr"),
    )


def _paper() -> tuple[Block, ...]:
    found = paper()
    told = tuple((count(one.line), literal(one.words)) for one in found.findings)
    return Paragraph(literal(found.sentence)), Table(("line", "what it should be"), told, "rl")


def of_print() -> str:
    """What they come to, in a sentence."""
    found = paper()
    ratio = next(row for row in judged().rows.to_dict("records") if row["term"] == "PSI")
    return (
        f"A printed table with {number(ratio['claimed'], 1)} for a coefficient of {number(ratio['right'], 1)} is right "
        f"as odds ratios only, another comes out with {' and '.join(reproduced().conventions)}, and of "
        f"{count(len(found.checks))} numbers of a paragraph {count(len(found.findings))} cannot be."
    )


@dataclass(frozen=True, eq=False)
class Case:
    """A fit of somebody else's, what was typed, and our model of the same data."""

    title: str
    words: str
    typed: str
    results: Any
    given: Mapping[str, Any]
    model: Model


def document() -> Document:
    """The report."""
    found: list[tuple[Case, Any]] = [(case, st.audit(case.results, **case.given)) for case in cases()]
    grades, economy = cases()[2].model, cases()[3].model
    return Document(
        "Four fits that look fine and are not",
        (
            sections.answer(f"{_conclusion([audit for _, audit in found])} {of_print()}"),
            sections.question(grades, (Paragraph(ASKED),)),
            Section("Data", (Paragraph(SOURCE), _data())),
            Section("Likelihood", (Paragraph(LIKELIHOOD), *sections.likelihood(grades).blocks)),
            Section("Fit", tuple(_audited(case, audit) for case, audit in found)),
            Section("How far off", _distances(found[2:])),
            *printed_sections(),
            Section(
                "Validation",
                (
                    Paragraph("Where there is a maximum, another package has the same. The grades:"),
                    *sections.validation(st.validate(st.fit(grades))).blocks,
                    Paragraph(f"The economy: {sentences.verdict(st.validate(st.fit(economy)))}"),
                ),
            ),
            sections.provenance([case.model for case in cases()], command=command("audit")),
        ),
    )


ASKED = (
    "A program prints coefficients and does not complain. Are they the maximum of the likelihood that it names? "
    "`st.audit` takes the object that another package returned, evaluates the log-likelihood, the score and the "
    "information of this package at its numbers, and names the cause where they are not. Four cases, as they come."
)

SOURCE = (
    "Three small public sets of data: 79 tumors (see the report on separation), the quarters of the American "
    "economy and the grades of students that statsmodels ships (`macrodata`, `spector`)."
)

LIKELIHOOD = (
    "Each audit states the likelihood that the other package claims, and asks it three things: does a unique maximum "
    "exist; is the score zero at these numbers; is the inverse information what is printed as standard errors? The "
    "distance from the maximum is Newton's decrement, in standard errors. For the grades:"
)


@cache
def cases() -> tuple[Case, ...]:
    """The four fits. Raises DomainError without scikit-learn."""
    try:
        from sklearn.linear_model import LinearRegression, LogisticRegression
    except ImportError:
        raise DomainError("this analysis audits scikit-learn: pip install scikit-learn.") from None
    table, spector = tumors(), sm.datasets.spector.load_pandas()
    economy: Any = sm.datasets.macrodata.load_pandas().data
    outcome: Any = spector.endog
    dollars = economy.assign(gdp=economy["realgdp"] * 1e9)
    regime = np.digitize(economy["infl"], [2.0, 5.0])
    rule = economy[["infl", "unemp"]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that they say nothing more is what is shown
        separated = sm.GLM(table["HG"], sm.add_constant(table[["NV", "PI", "EH"]]), family=sm.families.Binomial()).fit()
        empty = sm.MNLogit(regime, sm.add_constant(rule)).fit(disp=0, maxiter=200)
    grades = LogisticRegression().fit(spector.exog, spector.endog)
    line = LinearRegression().fit(dollars[["gdp", "unemp"]], dollars["infl"])
    return (
        Case(
            "An estimate that is infinite",
            "Every tumor with new vessels is of high grade.",
            'sm.GLM(HG, add_constant(data[["NV", "PI", "EH"]]), family=Binomial()).fit()',
            separated,
            {},
            st.logistic("HG ~ NV + PI + EH", table),
        ),
        Case(
            "No number, and converged",
            "Quarters are called quiet, usual or hot by their inflation, below 2 %, below 5 % and above; a regression "
            "on inflation and unemployment is asked to find the rule.",
            'sm.MNLogit(regime, add_constant(data[["infl", "unemp"]])).fit(maxiter=200)',
            empty,
            {},
            st.softmax(regime, rule),
        ),
        Case(
            "A penalty that nobody asked for",
            "Did a new method of teaching (`PSI`) raise the chance of a better grade?",
            'LogisticRegression().fit(data[["GPA", "TUCE", "PSI"]], data["GRADE"])',
            grades,
            {"X": spector.exog, "y": spector.endog},
            st.logistic(outcome, spector.exog),
        ),
        Case(
            "A column that was dropped",
            "Inflation by the gross domestic product, in dollars, and the rate of unemployment, in percent.",
            'LinearRegression().fit(data[["gdp", "unemp"]], data["infl"])',
            line,
            {"X": dollars[["gdp", "unemp"]], "y": dollars["infl"]},
            st.ols(dollars["infl"], dollars[["gdp", "unemp"]]),
        ),
    )


def _data() -> Table:
    rows = [
        (case.title, count(len(case.model.rows.X)), ", ".join(code(t) for t in case.model.terms if t != "Intercept"))
        for case in cases()
    ]
    return Table(("case", "rows", "columns"), tuple(rows), "lrl")


def _audited(case: Case, audit: Audit) -> Section:
    said = {True: "It says that it converged.", False: "It says that it did not converge.", None: ""}[audit.converged]
    return Section(
        case.title,
        (
            Paragraph(case.words),
            Listing(case.typed, "python"),
            Paragraph(f"What it prints, beside the maximum. {said}".strip()),
            _numbers(audit),
            Paragraph("The audit names: " + ", ".join(f"**{finding.cause}**" for finding in audit.findings) + "."),
            Bullets(tuple(literal(_told(finding)) for finding in audit.findings)),
        ),
    )


def _told(finding: Finding) -> str:
    """Evidence and advice; distances that round-off decides are left to the audit itself."""
    evidence = finding.evidence
    if finding.cause == "penalty":
        evidence = (
            evidence.split(", and ")[0].rsplit(" is ", 1)[0].replace(" a refit", " a refit gives the same numbers.")
        )
    if finding.cause == "dropped column":
        evidence = evidence.split(". ")[0] + "."
    if finding.cause.startswith("stopped"):
        evidence = evidence.split(" after ")[0] + "."
    return f"{evidence} {finding.advice}"


def _numbers(audit: Audit) -> Table:
    rows = audit.table()
    labels = [name for name in ("category", "term") if name in rows]
    printed = audit.name.startswith("statsmodels")  # scikit-learn has no standard errors
    body = [
        (
            *(code(row[label]) for label in labels),
            *(_two(row[name]) for name in ("estimate", "maximum")),
            _two(row["se"]) if printed else "none",
            _two(row["right_se"]),
        )
        for row in rows.to_dict("records")
    ]
    head = (*labels, "printed", "maximum", "printed SE", "right SE")
    return Table(head, tuple(body), "l" * len(labels) + "rrrr")


def _two(value: float) -> str:
    """Two digits: more of somebody's last step depend on the processor."""
    if not np.isfinite(value):
        return "not a number" if np.isnan(value) else "+∞" if value > 0 else "-∞"
    if abs(value) < 1e-20:
        return "0"
    return f"{float(f'{value:.1e}'):,.0f}" if abs(value) >= 100 else f"{value:.2g}"


def _distances(found: list[tuple[Case, Audit]]) -> tuple[Block, ...]:
    off = {
        f"{'penalty' if place == 0 else 'dropped'}: {row['term']}": float(row["difference_in_se"])
        for place, (_, audit) in enumerate(found)
        for row in audit.table().to_dict("records")
    }
    farthest = max(off, key=lambda name: abs(off[name]))
    return (
        Paragraph(
            "The last two have a maximum, so the distance of their numbers from it can be measured. The largest is "
            f"{number(abs(off[farthest]), 1)} standard errors ({farthest})."
        ),
        Figure(
            "distances",
            lambda: figures.offsets(off, xlabel="printed number less the maximum, in standard errors"),
            alt="Distances of the printed coefficients from the maximum, in standard errors: with the penalty up to "
            f"{number(abs(off[farthest]), 1)}, with the dropped column less",
            caption="Dots: coefficients as printed. Shaded: two standard errors either way.",
        ),
    )


def _conclusion(audits: list[Audit]) -> str:
    first, _, third, fourth = audits
    psi = third.table().set_index("term").loc["PSI"]
    rate = fourth.table().set_index("term").loc["unemp"]
    printed = float(first.table()["estimate"].to_numpy()[1])
    ratio, right = (number(float(np.exp(psi[name])), 1) for name in ("estimate", "maximum"))
    return (
        f"Of four fits that look fine, one prints {number(printed, 0)} for a coefficient that is "
        f"infinite, one prints no number and calls it converged, one has the odds ratio of the new method at {ratio} "
        f"where the maximum is {right}, and one has 0 for a coefficient of {number(rate['maximum'], 2)}: each is named "
        "by `st.audit`."
    )
