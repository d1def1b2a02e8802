"""The report of a fit that was loaded: its numbers are those of the fit that was saved, and what is missing is said."""

from pathlib import Path

import pytest

import stattools as st
from stattools.errors import IncompatibleError
from stattools.reporting.accounts import LIMIT

DOSES = {"ill": [0, 0, 1, 0, 1, 1, 0, 1], "dose": [1, 2, 3, 4, 5, 6, 7, 8], "g": list("abcabcab")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("loaded")


def reported(fit, folder: Path) -> str:
    """The report of a fit from its file."""
    loaded = st.load(fit.save(folder / "saved.fit"))
    return st.report(loaded, to=folder / "loaded").read_text()


def part(text, heading):
    return text.split(f"## {heading}\n")[1].split("\n## ")[0]


def test_the_fit_is_told_as_it_was_and_the_rest_is_said_to_be_missing(folder):
    fit = st.fit(st.logistic("ill ~ dose", DOSES))
    loaded = reported(fit, folder)
    there = st.report(fit, to=folder / "there").read_text()
    assert part(loaded, "Fit") == part(there, "Fit")
    assert part(loaded, "Likelihood") == part(there, "Likelihood")
    assert LIMIT in part(loaded, "Answer")
    ratio = fit.table(exponentiate=True).iloc[1]
    said = f"the odds ratio of `dose` is {ratio.estimate:.2f} ({ratio.lower:.2f} to {ratio.upper:.2f})"
    assert f"From 8 rows, with 95 % Wald intervals: {said}." in part(loaded, "Answer")
    assert "SHA-256 | not known: the rows were not saved with the fit" in " ".join(part(loaded, "Data").split())
    assert "Diagnostics" not in loaded


def test_a_coefficient_that_is_no_ratio_and_several_categories(folder):
    fit = st.fit(st.ols("dose ~ ill", DOSES))
    assert f"the coefficient of `ill` is {fit.estimate[1]:.1f} (" in part(reported(fit, folder), "Answer")
    softmax = st.fit(st.softmax("g ~ dose", DOSES))
    assert "What was found from 8 rows stands in the table of the fit." in reported(softmax, folder)


def test_groups_of_rows_that_are_not_there_are_refused(folder):
    loaded = st.load(st.fit(st.ols("dose ~ ill", DOSES)).save(folder / "x.fit"))
    with pytest.raises(IncompatibleError, match="by="):
        st.report(loaded, to=folder / "by", by="g")


def test_levels_are_told_as_comparisons(folder):
    loaded = reported(st.fit(st.poisson("dose ~ C(ill) + g", DOSES)), folder)
    answer = part(loaded, "Answer")
    assert "depend on `ill` and `g`?" in answer
    assert "the rate ratio of `ill` (`1` against `0`) is" in answer
    assert "the rate ratio of `g` (`c` against `a`) is" in answer
    assert "[T." not in answer
