from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stattools.errors import DomainError, FileError
from stattools.validation.claims.printed import Printed, printed
from stattools.validation.claims.reading import read_claim
from tests.validation.claims.written import FORMS

TEXT = "term,estimate,std.error\nx,0.50,0.1\n"


def test_text_with_a_line_break_is_the_table_and_without_one_its_path(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f"\ufeff{TEXT}", encoding="utf-8")
    for form in (TEXT, path, str(path)):
        claim = read_claim(form)
        assert claim.terms == ("x",)
        assert claim.columns["estimate"].half == pytest.approx([0.005])
    assert read_claim(path).name == "a.csv"
    assert read_claim(TEXT, name="Table 2").name == "Table 2"


def test_files_that_are_none(tmp_path):
    with pytest.raises(FileError, match="a claim cannot read"):
        read_claim(tmp_path / "none.csv")
    with pytest.raises(FileError, match="a folder"):
        read_claim(tmp_path)
    (tmp_path / "a.csv").write_bytes(b"a,b\n\xff\xfe,1\n")
    with pytest.raises(DomainError, match="UTF-8"):
        read_claim(tmp_path / "a.csv")
    with pytest.raises(DomainError, match="is empty"):
        read_claim(" \n\n")


def numbers(low, high):
    """Decimal numbers of 1 to 6 places, some with an exponent."""
    plain = st.builds(lambda value, places: f"{value:.{places}f}", st.floats(low, high), st.integers(1, 6))
    raised = st.builds(lambda value, places: f"{value:.{places}e}", st.floats(low, high), st.integers(1, 6))
    return st.one_of(plain, plain, raised)


TERMS = st.lists(
    st.sampled_from(["(Intercept)", "x", "g[T.b]", "log(t)", "a:b", "mpg2"]), min_size=1, max_size=4, unique=True
)


@given(st.data(), TERMS)
@settings(max_examples=10)
def test_what_is_written_in_any_form_is_read_back(data, terms):
    rows = [
        (term, data.draw(numbers(-50, 50)), data.draw(numbers(0.01, 9)), data.draw(numbers(0, 1))) for term in terms
    ]
    for name, write in FORMS.items():
        claim = read_claim(write(rows))
        assert claim.terms == tuple(terms), name
        for kind, texts in zip(("estimate", "se", "p"), list(zip(*rows, strict=True))[1:], strict=True):
            right = Printed.of(printed(text, name) for text in texts)
            assert claim.columns[kind].value.tolist() == right.value.tolist(), (name, kind)
            assert claim.columns[kind].half.tolist() == right.half.tolist(), (name, kind)


SIGNS = st.sampled_from(["", "|", "&", "(", "]", ",", "\n", " ", "-", "<", "\\", "{"])


@given(st.data())
@settings(max_examples=20)
def test_texts_with_faults_are_read_or_refused_in_words(data):
    text = data.draw(st.sampled_from([write([("x", "1.50", "0.25", "0.01")]) for write in FORMS.values()]))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(SIGNS) + text[at + 1 :]
    with suppress(DomainError):
        read_claim(f"{text}\n")
