import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from stattools.reporting.markdown import escape, line, markdown, width

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
