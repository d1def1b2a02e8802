import pytest
from hypothesis import given
from hypothesis import strategies as st

from stattools.errors import IncompatibleError
from stattools.reporting.document import (
    Bullets,
    Document,
    Figure,
    Math,
    Paragraph,
    Quote,
    Section,
    Span,
    Table,
    code,
    inline,
    literal,
)

TEXT = st.text(alphabet=st.one_of(st.sampled_from("`$*\\|[]()_<>a b\n1"), st.characters()), max_size=30)


def plain(text):
    return "".join(span.content for span in inline(text))


@given(TEXT)
def test_a_literal_comes_back_as_it_was(text):
    assert inline(literal(text)) == ((Span("text", text),) if text else ())


@given(TEXT)
def test_a_name_set_as_code_comes_back_as_it_was_between_any_words(name):
    if name.strip():
        assert inline(f"of {code(name)} and") == (Span("text", "of "), Span("code", name), Span("text", " and"))
    else:
        assert plain(code(name)) == name


@given(TEXT)
def test_every_text_has_spans(text):
    assert all(span.content for span in inline(text))


@pytest.mark.parametrize(
    "text, kinds",
    [
        ("**$x$**", ["strong"]),
        ("it costs $5 and $6", ["text"]),
        ("$a$ and $b$", ["maths", "text", "maths"]),
        (r"\$a$", ["text"]),
        ("2 * 3 * 4", ["text"]),
        ("see [the page](https://example.org/a)", ["text", "link"]),
        ("[x](javascript:alert)", ["text"]),
        ("[1]: nothing", ["text"]),
        ("an ` alone", ["text"]),
    ],
)
def test_marks(text, kinds):
    assert [span.kind for span in inline(text)] == kinds


def test_a_formula_that_markdown_would_spoil_is_refused():
    with pytest.raises(IncompatibleError, match="TeX commands of letters"):
        Math(r"a \, b")


def test_a_table_needs_as_many_cells_as_columns():
    with pytest.raises(IncompatibleError, match="one cell and one alignment per column"):
        Table(("a", "b"), (("1",),), align="ll")


def test_a_figure_name_cannot_leave_its_folder():
    with pytest.raises(IncompatibleError, match="file name"):
        Figure("../x", lambda: None, alt="")  # type: ignore[arg-type, return-value]


def test_figures_and_quotes_are_found_in_reading_order_at_any_depth():
    def figure(name):
        return Figure(name, lambda: None, alt=name)  # type: ignore[arg-type, return-value]

    document = Document(
        "t",
        (
            Section("a", (figure("one"), Section("b", (Quote("first"), figure("two"))))),
            Bullets(("x",)),
            Paragraph("p"),
            Quote("second"),
        ),
    )
    assert [item.name for item in document.figures()] == ["one", "two"]
    assert document.quotes() == ("first", "second")
