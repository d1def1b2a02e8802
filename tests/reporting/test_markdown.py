import re
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from stattools.reporting.document import (
    Bullets,
    Document,
    Figure,
    Listing,
    Math,
    Paragraph,
    Quote,
    Section,
    Table,
    code,
    literal,
)
from stattools.reporting.markdown import line, markdown, table
from stattools.text.markup import escape
from stattools.text.printing import width
from tests.reporting.hostile import NAMES, shown

TEXT = st.text(alphabet=st.one_of(st.sampled_from("`$*\\|[]()_<>a b\n\r#-&;"), st.characters()), max_size=30)


def cells(row):
    """Cells of a table row by the GFM rule: a backslash takes any mark its meaning, every other pipe ends a cell."""
    inner = re.fullmatch(r"\| (.*) \|", row)
    assert inner is not None, row
    return [cell.strip() for cell in re.findall(r"(?:\\.|[^|\\])+", inner[1])]


def rendered(*blocks):
    return markdown(Document("T", blocks), figures="t")


@given(TEXT, TEXT)
def test_any_text_in_a_cell_keeps_the_number_of_columns_and_lines(name, text):
    text = "x" + text
    table = Table((code(name or "n"), literal(text)), ((literal(text), code(name or "n")),), align="lr")
    lines = rendered(table).removeprefix("# T\n\n").removesuffix("\n").split("\n")
    assert len(lines) == 3
    assert [len(cells(row)) for row in lines] == [2, 2, 2]


@given(TEXT)
def test_a_literal_text_has_no_live_mark(text):
    shown = re.sub(r"\\.", ".", line(literal(text)).replace("<span>&#36;</span>", "").replace("<br>", ""))
    assert not re.search(r"[`*_\[\]|~#$\\]|<[a-zA-Z/!?]", shown)


@given(TEXT)
def test_any_document_can_be_written_as_utf8(text):
    document = Document(text, (Section(text, (Paragraph(text), Quote(text), Listing(text), Bullets((text,)))),))
    assert markdown(document, figures="f").encode("utf-8")


@pytest.mark.parametrize(
    "text, expected",
    [
        ("<script>alert(1)</script>", r"\<script>alert(1)\</script>"),
        ("a|b", r"a\|b"),
        ("x_1*y", r"x\_1\*y"),
        ("5 < 6 &lt; AT&T", "5 < 6 &amp;lt; AT&T"),
        ("cost $5", "cost <span>&#36;</span>5"),
        ("a\x00b\u202ec", "a�b�c"),
    ],
)
def test_escape(text, expected):
    assert escape(text) == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("# not a title", r"\# not a title"),
        ("- not a list", r"\- not a list"),
        ("1. not a list", r"1\. not a list"),
        ("--- not a rule", r"\--- not a rule"),
        ("> not a quote", r"\> not a quote"),
        ("    not code", "not code"),
        ("two\n\nlines", "two lines"),
        ("-0.5 is a number", "-0.5 is a number"),
    ],
)
def test_a_paragraph_stays_a_paragraph(text, expected):
    assert rendered(Paragraph(text)) == f"# T\n\n{expected}\n"


def test_code_in_a_cell():
    assert line(code("a|b"), cell=True) == r"`a\|b`"
    assert line(code(r"a\|b"), cell=True) == r"<code>a\\\|b</code>"
    assert line(code("C(`x`)"), cell=True) == "`` C(`x`) ``"
    assert line(literal("two\nlines"), cell=True) == "two<br>lines"
    assert line("$P(a|b) < 1$", cell=True) == r"$P(a\vert b) \lt 1$"
    assert line("$|z|$") == r"$\vert z\vert$"


def test_a_table_is_aligned_in_the_source_also_with_wide_characters():
    table = Table(("term", "n"), (("`漢字`", "1"), ("`x`", "1,234")), align="lr")
    lines = rendered(table).splitlines()[2:]
    assert lines[0] == "| term   |     n |"
    assert lines[1] == "| :----- | ----: |"
    assert len({width(row) for row in lines}) == 1


def test_every_block():
    text = rendered(
        Section("One", (Math(r"\ell(\theta) < 0"), Section("Two", (Quote("so **it** is"),)))),
        Bullets(("a", "b")),
        Listing("```\nx  \n```", "sh"),
        Figure("curve", lambda: None, alt="A [curve]", caption="It rises."),  # type: ignore[arg-type, return-value]
    )
    assert text == (
        "# T\n\n## One\n\n$$\n\\ell(\\theta) \\lt 0\n$$\n\n### Two\n\n> so **it** is\n\n- a\n- b\n\n"
        "````sh\n```\nx\n```\n````\n\n![A \\[curve\\]](t/curve.svg)\n\n*It rises.*\n"
    )


def test_a_folder_with_a_space_is_quoted_in_links():
    figure = Figure("f", lambda: None, alt="f")  # type: ignore[arg-type, return-value]
    assert "(my%20report/f.svg)" in markdown(Document("T", (figure,)), figures="my report")


def read_back(text):
    """The cells of a table as a parser of GitHub's tables reads them, lines of it; literal text only."""
    rows = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            assert {child.type for child in token.children or ()} <= {"text", "code_inline", "html_inline"}, token
            said = "".join(child.content for child in token.children or ())
            assert not re.sub(r"</?(span|code)>|<br>", "", said).startswith("<!")
            live = [child.content for child in token.children or () if child.type == "html_inline"]
            assert set(live) <= {"<span>", "</span>", "<br>", "<code>", "</code>"}
            said = re.sub("</?(span|code)>", "", "".join(
                " " if child.content == "<br>" else "" if child.type == "html_inline" else child.content
                for child in token.children or ()))  # fmt: skip
            rows[-1].append(said)
    return rows


@given(TEXT, TEXT)
def test_a_parser_reads_every_cell_back_as_it_was(name, words):
    block = Table(("term", "n"), ((code(name), literal(words)),), align="ll")
    rows = read_back(table(block))
    # A tag in a name is literal text: what is shown must be the name itself.
    assert [len(row) for row in rows] == [2, 2]
    for cell, text in zip(rows[1], (name, words), strict=True):
        if not re.search(r"</?(span|code)>|<br>", text):
            assert shown(cell) == shown(text)


@pytest.mark.parametrize("name", NAMES)
def test_a_parser_reads_hostile_names_back(name):
    rows = read_back(table(Table(("term", "n"), ((code(name), literal(name)),), align="ll")))
    assert [shown(cell) for cell in rows[1]] == [shown(name)] * 2


@pytest.fixture
def paper(tmp_path):
    from stattools import figures
    from stattools.reporting.files import write

    def draw():
        return figures.means([1, 2], [1, 3], [0.1, 0.2], xlabel="x", ylabel="y")

    hostile = tuple((code(name), literal(name)) for name in NAMES if name.strip() and "\x00" not in name)
    blocks = (
        Paragraph("With $\\theta_i \\gt 1/2$ and **so** on."),
        Math(r"\ell(\theta) = \sum_{i} \log \frac{p_i}{1 - p_i}"),
        Table(("term", "words"), hostile, align="ll"),
        Figure("curve", draw, alt="A curve", caption="It rises."),
    )
    return write(Document("Paper", (Section("Fit", blocks),)), tmp_path / "paper", png=True)


@pytest.mark.skipif(shutil.which("pandoc") is None, reason="needs pandoc")
@pytest.mark.parametrize("face", ["html", "latex", "docx"])
def test_pandoc_makes_other_formats_of_it(paper, face):
    text = paper.read_text().replace(".svg)", ".png)") if face == "docx" else paper.read_text()
    done = subprocess.run(
        ["pandoc", "-f", "gfm", "-t", face, "-o", f"paper.{face}", *(["--mathml"] if face == "html" else [])],
        input=text,
        cwd=paper.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    made = paper.with_suffix(f".{face}").read_bytes()
    if face == "docx":
        import zipfile

        with zipfile.ZipFile(paper.with_suffix(".docx")) as parts:
            assert any(name.endswith(".png") for name in parts.namelist())
            made = parts.read("word/document.xml")
    rows, maths, image = {
        "html": (b"<tr", b"<mfrac>", b'src="paper/curve.svg"'),
        "latex": (rb" \\", rb"\frac{p_i}{1 - p_i}", b"{paper/curve.svg}"),
        "docx": (b"<w:tr>", b"<m:f>", b"A curve"),
    }[face]
    assert made.count(rows) >= len(NAMES) - 3
    assert maths in made
    assert image in made
    assert b"<script>" not in made
