"""Tables of coefficients: right ones in every layout and style, and each column falsified."""

import numpy as np
import pytest

from stattools.validation.papers.audit_paper import audit_paper
from tests.validation.papers.printed_tables import HEADS, LAYOUTS, coefficients


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("style", HEADS)
def test_right_tables_are_right_and_read(layout, style):
    if (layout, style) in {("pipes", "printout")}:
        return  # P>|t| has pipes of its own
    text = LAYOUTS[layout](*coefficients(np.random.default_rng(3), style))
    found = audit_paper(text, "a table", separated=layout == "CSV")
    assert not found.findings, found.findings
    assert len({one.line for one in found.checks}) == 6
    assert sum(one.kind == "p" for one in found.checks) >= 5  # an interval that rounding leaves no z says nothing of p


FAULTS = {
    ("plain", 1): "-9.99",
    ("plain", 3): "7.77",
    ("plain", 4): "0.999",
    ("brackets", 2): "1.000",
    ("ratios", 1): "1.52 (1.10 to 3.90)",
    ("ratios", 2): "0.999",
    ("interval", 2): "[-3.10, 9.30]",
    ("printout", 5): "-9.123",
}


@pytest.mark.parametrize("style, column", FAULTS)
@pytest.mark.parametrize("layout", ["HTML", "LaTeX", "CSV"])
def test_a_cell_that_is_falsified_is_found_in_its_line(layout, style, column):
    head, rows = coefficients(np.random.default_rng(9), style)
    rows[2][column] = FAULTS[style, column]
    text = LAYOUTS[layout](head, rows)
    found = audit_paper(text, "a table", separated=layout == "CSV")
    line = next(k for k, words in enumerate(text.split("\n"), 1) if "term 2" in words)
    assert {one.line for one in found.findings} == {line}
    assert all(one.words.startswith("term 2: ") for one in found.findings)


def test_printouts_of_programs():
    text = """
            Estimate Std. Error t value Pr(>|t|)
(Intercept) 37.22727    1.59879  23.285  < 2e-16 ***
wt          -3.87783    0.63273  -6.129 1.12e-06 ***
hp          -0.03177    0.00903  -3.519  0.00145 **
cyl         -0.94162    0.55092  -1.709    0.098480 .
"""
    found = audit_paper(text, "R")
    assert found.ok
    assert [one.kind for one in found.checks] == ["p", "statistic"] * 4
    assert [one.line for one in audit_paper(text.replace("-3.519", "-5.519"), "R").findings] == [5, 5]


def test_the_degrees_of_freedom_of_the_other_rows():
    rows = ["a | 2.864 | .0078", "b | 0.539 | .594", "c | 2.720 | .0111", "d | 1.100 | .281", "e | 1.500 | .170"]
    found = audit_paper("Term | t | p\n" + "\n".join(rows), "a table")
    (one,) = found.findings
    assert one.line == 6
    assert one.words.startswith("e: The p-value of t = 1.500 is")
    assert not [check for check in found.checks if check.line == 6 and check.verdict == "right"]


def test_models_side_by_side():
    head = ["Variable", "Model 1 B", "Model 1 SE", "Model 1 t", "Model 2 B", "Model 2 SE", "Model 2 t"]
    rows = [["x", "0.50", "0.10", "5.00", "0.60", "0.10", "4.00"]]
    (one,) = audit_paper(LAYOUTS["pipes"](head, rows), "a table").findings
    assert (
        one.words
        == "x: the estimate = 0.60, the standard error = 0.10 give a statistic between 5.667 and 6.368, not 4.00."
    )


def test_decimal_commas():
    found = audit_paper(
        "Variable | B | SE | t\n--|--|--|--\nx | 0,50 | 0,10 | 5,00\ny | 0,60 | 0,10 | 4,00", "eine Tabelle"
    )
    assert [one.line for one in found.findings] == [4]
