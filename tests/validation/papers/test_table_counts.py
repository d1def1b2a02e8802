"""Tables of counts: right ones in every layout, and each number falsified."""

import numpy as np
import pytest

from stattools.validation.papers.audit_paper import audit_paper
from tests.validation.papers.printed_tables import LAYOUTS, counts


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("style", ["pairs", "shares", "sums"])
def test_right_tables_are_right_and_read(layout, style):
    if (layout, style) == ("aligned", "sums"):
        return  # headings that are no words of ours
    head, rows = counts(np.random.default_rng(5), style)
    found = audit_paper(LAYOUTS[layout](head, rows), "a table", separated=layout == "CSV")
    assert not found.findings, found.findings
    assert len(found.checks) >= 7


@pytest.mark.parametrize(
    "style, row, column, cell",
    [
        ("pairs", 1, 1, "3 (99.1%)"),
        ("shares", 1, 2, "99.1"),
        ("shares", 4, 1, "999"),
        ("sums", 1, 3, "999"),
        ("sums", 4, 2, "999"),
    ],
)
def test_a_number_that_is_falsified_is_found(style, row, column, cell):
    head, rows = counts(np.random.default_rng(6), style)
    rows[row][column] = cell
    found = audit_paper(LAYOUTS["pipes"](head, rows), "a table")
    assert row + 3 in {one.line for one in found.findings}


@pytest.mark.parametrize(
    "text",
    [
        "Trait | All (n = 192)\n--|--\nMean age (SD) | 45 (12.1)\nFemale, n (%) | 96 (50.0)",
        "Answer | n (%)\n--|--\nSmoker | \nyes | 30 (33.3)\nno | 60 (66.7)",
        "Trait | All (n = 100)\n--|--\nyes, n (%) | 30 (33.3)\nno, n (%) | 60 (66.7)",
        "Year | Cases | Total\n--|--|--\n2001 | 10 | 500\n2002 | 20 | 600\n2003 | 12 | 700\nTotal | 42 | 1800",
    ],
)
def test_what_is_no_fault(text):
    assert audit_paper(f"z = 0, p = 1.\n\n{text}", "a table").ok


def test_words_above_a_table_say_that_brackets_hold_percentages():
    table = "| | Control (n = 60) | Active (n = 62) |\n|---|---|---|\n| Female | 31 (51.7) | 30 (54.8) |\n"
    found = audit_paper(f"Values are n (%).\n\n{table}", "a table")
    assert not found.ok
    assert audit_paper(f"Values are n (%).\n\n{table.replace('54.8', '48.4')}", "a table").ok
