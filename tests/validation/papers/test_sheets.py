import pytest

from stattools.validation.papers.tables import sheets
from tests.validation.papers.printed_tables import LAYOUTS

HEAD = ["Variable", "B", "SE", "p"]
ROWS = [["x", "0.35", "0.12", "<.001"], ["y", "-0.10", "0.20", ".62"]]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_cells_and_lines_of_every_layout(layout):
    text = LAYOUTS[layout](HEAD, ROWS)
    (sheet,) = sheets(text, separated=layout == "CSV")
    assert sheet.head == tuple(HEAD)
    lines = text.split("\n")
    for (line, cells), row in zip(sheet.rows, ROWS, strict=True):
        assert cells == tuple(row)
        assert row[1] in lines[line - 1]


def test_captions_notes_spans_and_marks():
    (sheet,) = sheets("**Table 1.** Of 192\n\na|b\n--|--\n*x*|$-0.5$\n\nNote. One-tailed.\n")
    assert sheet.words == "Table 1. Of 192 Note. One-tailed."
    assert sheet.rows[0][1] == ("x", "-0.5")
    text = "<table><tr><th></th><th colspan=2>Model 1</th></tr><tr><td></td><td>B</td><td>SE</td></tr>"
    (sheet,) = sheets(text + "<tr><td>x</td><td>1.0<sup>a</sup></td><td>0.5</td></tr></table>")
    assert sheet.head == ("", "Model 1 B", "Model 1 SE")
    (sheet,) = sheets(
        "\\begin{tabular}{lr}\n & \\multicolumn{1}{c}{B} \\\\\n\\cmidrule(lr){2-2}\nx & 1 \\\\\n\\end{tabular}"
    )
    assert (sheet.head, sheet.rows) == (("", "B"), ((4, ("x", "1")),))


def test_no_tables():
    assert sheets("A sentence | with a bar.\n\nAnd two  spaces.") == []
