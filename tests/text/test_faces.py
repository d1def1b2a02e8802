"""What people see of every object: a line, a page of 80 columns, and the same page as a table of a notebook."""

import re
from html.parser import HTMLParser

import nbformat
import pytest
from markdown_it import MarkdownIt
from nbclient import NotebookClient

import stattools as st
from stattools.text.page import Faces, Grid, Page
from stattools.text.printing import width
from tests.text.objects import ALIKE, HOSTILE, LONG, objects

TABLES = (
    "logistic", "level", "model of logistic", "posterior", "beta", "gamma of arms", "regression", "dirichlet",
    "wishart", "agreement", "audit", "explanation", "comparison", "posteriors", "wald", "likelihood ratio",
    "bootstrap", "many", "levels", "network", "ensemble", "scan", "interval", "ledger", "posterior agreement",
    "network agreement",
)  # fmt: skip
"""What has a table on its page; the others are sentences."""


class Cells(HTMLParser):
    """The cells of a page in HTML, the text around them, and which tags are open."""

    def __init__(self, page):
        super().__init__()
        self.cells, self.around, self.open = [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag in ("td", "th"):
            self.cells.append("")
        if tag == "br":
            self.around.append(" ")
        else:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert tag == "br" or self.open.pop() == tag

    def handle_data(self, data):
        if {"td", "th"} & set(self.open):
            self.cells[-1] += data
        else:
            self.around.append(data)


def words(text):
    return " ".join(text.split())


def test_all_lines_are_one_line_of_a_hundred_characters_without_data():
    for name, one in objects().items():
        line = repr(one)
        assert len(line) <= 100, (name, line)
        assert line.isprintable(), (name, line)
        assert "array(" not in line, (name, line)
        assert " at 0x" not in line, (name, line)
        assert type(one).__name__ in line or name == "difference", (name, line)


def test_the_line_says_what_it_is():
    assert re.fullmatch(r"<Fit logistic: b ~ the_.*…\w+_y, n = 96, log L = -\d+\.\d+>", repr(objects()["logistic"]))
    assert repr([st.coin([1, 0])]) == "[<BernoulliTrials coin: 2 trials, 1 success>]"
    assert repr(objects()["level"]).startswith("<SeriesFit local level: y, 60 observations, none missing, log L = -")


@pytest.mark.parametrize("name", [name for name in vars(st)["__all__"] if name[0].isupper()])
def test_every_public_class_is_looked_at_here(name):
    """An exception is looked at when it is raised."""
    kind = getattr(st, name)
    assert issubclass(kind, Exception) or any(type(one) is kind for one in objects().values())


def test_every_page_fits_80_columns():
    for name, one in objects().items():
        for line in str(one).split("\n"):
            assert width(line) <= 80 or not isinstance(one, Faces), (name, line)


def test_names_that_differ_differ_on_the_page():
    for name in ("ols", "audit", "bootstrap", "interval", "posterior"):
        page = str(objects()[name])
        rows = [line.split()[0] for line in page.split("\n") if "…" in line and line.startswith("the")]
        assert len(set(rows)) == len(rows) >= 2, page
    page = str(objects()["beta of arms"])
    assert len({line[:20] for line in page.split("\n") if "…" in line and "0." in line}) == len(LONG), page


def test_pages_are_tables_with_the_same_columns_numbers_and_sentences():
    for name in TABLES:
        page = objects()[name]._page()
        html = Cells(page.html())
        (*_, last) = grids = [part for part in page.parts if type(part) is Grid]
        rows = [row for grid in grids for row in (*([grid.head] if grid.head else []), *grid.rows)]
        cells = [words(cell) for row in rows for cell in row]
        assert [words(cell) for cell in html.cells] == cells, name
        assert not html.open
        rendered = Cells(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(page.markdown()))
        empty = [""] * sum(len(grid.columns) for grid in grids if not grid.head)
        assert sorted(map(words, rendered.cells)) == sorted([*cells, *empty]), name
        assert words("".join(rendered.around)) == words("".join(html.around)), name
        text = words(page.text())
        for number in (row[-1] for row in last.rows):
            assert words(number)[:20] in text, name


def test_names_cannot_write_marks():
    one = objects()["hostile"]
    shown = words(HOSTILE).replace("\x1b", "\\x1b")
    assert shown in [words(cell) for cell in Cells(one._repr_html_()).cells]
    rendered = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(one._repr_markdown_())
    assert shown in [words(cell) for cell in Cells(rendered).cells]
    assert "\x1b" not in one._repr_html_() + one._repr_markdown_() + str(one) + repr(one)
    assert "color" not in one._repr_html_()


class Strange(Faces):
    """An object of somebody else."""

    def _headline(self):
        return "two\nlines" * 50

    def _page(self):
        return Page("a " * 100, "", Grid(["", "b"], [["c" * 100, "1"], ["c" * 101, "2"]], "lr"))


class Broken(Faces):
    def _headline(self):
        raise ZeroDivisionError

    def _page(self):
        raise ZeroDivisionError


def test_a_strangers_object_has_the_same_faces():
    assert "\n" not in repr(Strange())
    assert len(repr(Strange())) == 100
    assert all(len(line) <= 80 for line in str(Strange()).split("\n"))
    assert "c" * 100 in Strange()._repr_html_()
    assert repr([Broken()]) == "[<Broken>]"
    assert repr(object.__new__(st.Fit)) == "<Fit>"


@pytest.mark.slow  # a kernel is started
def test_a_notebook_shows_tables():
    cells = [
        "import stattools as st",
        "fit = st.fit(st.logistic('ill ~ dose', {'ill': [0, 1, 0, 1, 0, 1, 1], 'dose': [1, 2, 3, 4, 1, 4, 2]}))\nfit",
        "[fit, fit.model]",
        "st.Beta(1, 1).update([1, 0, 1])",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    _, of_fit, of_list, of_belief = (cell["outputs"][0]["data"] if cell["outputs"] else {} for cell in notebook.cells)
    assert set(of_fit) == {"text/plain", "text/html", "text/markdown"}
    assert of_fit["text/plain"].startswith("<Fit logistic: ill ~ dose, n = 7, log L = ")
    assert {"estimate", "se", "z", "p", "lower", "upper", "Intercept", "dose"} <= set(Cells(of_fit["text/html"]).cells)
    assert "| estimate |" in of_fit["text/markdown"]
    assert set(of_list) == {"text/plain"}
    assert "<Model logistic: ill ~ dose, n = 7>" in of_list["text/plain"]
    assert "Beta(3, 2)" in Cells(of_belief["text/html"]).around[1]


def test_long_names_are_whole_in_a_notebook():
    assert ALIKE[0] in Cells(objects()["ols"]._repr_html_()).cells
