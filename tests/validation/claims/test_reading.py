import subprocess
import sys
from contextlib import suppress

import numpy as np
import pandas as pd
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


LONG = "1." + "1" * 5000
CSV = "term,estimate,std.error,p.value\n(Intercept),1.10,{},.110\nx,{},0.20,.002\n"


@pytest.mark.parametrize(
    "claim, options, cell",
    [
        ({"x": float("nan"), "z": 1.0}, {}, "estimate of 'x'; got 'NaN'"),
        ({"x": "nan", "z": 1.0}, {}, "estimate of 'x'; got 'nan'"),
        ({"x": LONG, "z": 1.0}, {}, "estimate of 'x'; got '1.11"),
        ({"x": 10**5000, "z": 1.0}, {}, "estimate of 'x'"),
        ({"x": 1.0, "z": 1.0}, {"se": [0.1, float("nan")]}, "se= of 'z'; got 'NaN'"),
        ({"x": 1.0, "z": 1.0}, {"se": ["0.1", LONG]}, "se beside the claim of 'z'"),
        ({"x": 1.0, "z": 1.0}, {"p": {"z": np.nan}}, "p= of 'z'; got 'NaN'"),
        ({"x": 1.0, "z": 1.0}, {"ci": {"z": (np.nan, 2.0)}}, "ci= of 'z'; got 'NaN'"),
        (CSV.format("NaN", "2.00"), {}, "column 'std.error' of the claim; got 'NaN' of '.Intercept.'"),
        (CSV.format("inf", "2.00"), {}, "column 'std.error' of the claim; got 'inf' of '.Intercept.'"),
        (CSV.format("0.49", "NaN"), {}, "column 'estimate' of the claim; got 'NaN' of 'x'"),
        (CSV.format("0.49", "NA"), {}, "column 'estimate' of the claim; got 'NA' of 'x'"),
        (CSV.format(LONG, "2.00"), {}, "column 'se' of '.Intercept.' in the claim; got '1.11"),
        (CSV.format("0.49", LONG), {}, "column 'estimate' of the claim; got '1.11.* of 'x'"),
        (pd.DataFrame({"coef": [1.0, np.nan], "se": [0.1, 0.2]}, index=["a", "x"]), {}, "column 'coef'.*of 'x'"),
        ('[{"term": "x", "estimate": 2.0, "std.error": NaN}]\n', {}, "got 'NaN' of 'x'"),
    ],
)
def test_a_number_that_cannot_be_read_is_named_with_its_cell(claim, options, cell):
    with pytest.raises(DomainError, match=cell):
        read_claim(claim, **options)


@pytest.mark.parametrize(
    "below", ["N = 555\n", "N = 555,,,\n", "\nNumber of obs: 555\n", "N,555,,\n", "Notes: none\nN = 555\n"]
)
def test_a_number_below_a_table_is_read(below):
    assert read_claim(CSV.format("0.49", "2.00") + below).facts["n"].value == 555


def test_a_number_below_cells_is_read():
    page = "| | coef | se |\n|--|--|--|\n| x | 2.00 | 0.208 |\n| N = 555 | | |\n"
    assert read_claim(page).facts["n"].value == 555
    page = "<table><tr><th></th><th>coef</th><th>se</th></tr><tr><td>x</td><td>2.0</td><td>0.2</td></tr>{}</table>\n"
    assert read_claim(page.format("<tr><td colspan=3>N = 555</td></tr>")).facts["n"].value == 555


HANG = """
from stattools.errors import StattoolsError
from stattools.validation.claims.reading import read_claim
for piece in PIECES:
    text = BEFORE + piece * (1_000_000 // len(piece)) + AFTER
    try:
        read_claim(text + "\\n")
    except StattoolsError:
        pass
"""
"""Quadratic readers need hours for it; it runs in a process of its own, which can be stopped."""
PAGES = {
    "csv": ("term,estimate,std.error\nx,", ",0.1\n"),
    "below csv": ("term,estimate,std.error\nx,1.0,0.1\n\n", ""),
    "page": ("\nCall:\nglm(a ~ b)\n\n   Estimate Std. Error\nx   1.5  0.2\n\n", ""),
    "headings": ("term coef se\n", ""),
    "markdown": ("| | Coef. | SE |\n|---|---|---|\n| x | ", " | 0.1 |\n"),
    "latex": ("\\begin{tabular}{lcc}\n & Coef. & SE \\\\ \\hline\n x & ", " & 0.1 \\\\\n\\end{tabular}"),
    "json": ('[{"term": "x", "estimate": "', '", "std.error": 0.1}]'),
    "nothing": ("", ""),
}
PIECES = ("1", " ", "(", "[", "&", "t(1", "a", "ab-", "=", "| ", "x10", "1.", "0.1 ", " \n", "; ", "fit (")


def _reads(page, pieces):
    before, after = PAGES[page]
    told = f"BEFORE, AFTER, PIECES = {before!r}, {after!r}, {pieces!r}\n{HANG}"
    subprocess.run([sys.executable, "-c", told], check=True, timeout=1500)


def test_long_runs_are_read_once():
    _reads("csv", ("1", " "))


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_long_runs_in_every_form_are_read_once(page):
    _reads(page, PIECES)
