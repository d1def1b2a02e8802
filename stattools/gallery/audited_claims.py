"""Numbers that somebody printed: a table judged, a table reproduced, and a paper without its data."""

from __future__ import annotations

from functools import cache
from typing import Any

import statsmodels.api as sm

import stattools as st
from stattools.models.model import Model
from stattools.reporting.document import Block, Bullets, Listing, Paragraph, Section, Table, literal
from stattools.reporting.tables import count, number
from stattools.validation.explaining.claim_audit import as_printed
from stattools.validation.papers.audit_paper import PaperAudit, audit_paper

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
def judged() -> Any:
    """The audit of a table that prints odds ratios as coefficients."""
    return st.audit(RATIOS, grades())


@cache
def reproduced() -> Any:
    """The conventions of a table with robust standard errors."""
    return st.reproduce(ROBUST, grades(), seconds=600.0)


@cache
def paper() -> PaperAudit:
    """The audit of a paragraph."""
    return audit_paper(PAPER, "The paragraph")


def sections() -> tuple[Section, ...]:
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


def conclusion() -> str:
    """What they come to, in a sentence."""
    found = paper()
    ratio = next(row for row in judged().rows.to_dict("records") if row["term"] == "PSI")
    return (
        f"A printed table with {number(ratio['claimed'], 1)} for a coefficient of {number(ratio['right'], 1)} is right "
        f"as odds ratios only, another comes out with {' and '.join(reproduced().conventions)}, and of "
        f"{count(len(found.checks))} numbers of a paragraph {count(len(found.findings))} cannot be."
    )
