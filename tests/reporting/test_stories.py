from dataclasses import replace

import pytest

import stattools as st
from stattools.errors import IncompatibleError
from stattools.reporting import equations
from stattools.reporting.diagnostics import SUITED
from stattools.reporting.regressions import diagnostics
from stattools.reporting.sentences import certificate, conclusion, question
from stattools.reporting.stories import STORIES, story
from tests.gumbel import gumbel

TABLE = {"y": [1.0, 2.5, 2.0, 4.0, 7.0, 5.5], "x": [0, 1, 2, 3, 4, 5]}


def test_a_regression_without_a_row_is_told_in_the_words_of_its_likelihood(tmp_path):
    """The Gumbel regression has none."""
    fit = st.fit(gumbel("y ~ x", TABLE))
    assert not {"gumbel"} & {*STORIES, *SUITED, *equations.WRITTEN}
    assert question(fit.model) == "How does the location of `y` depend on `x`? In one formula: `y ~ x`."
    assert certificate(fit).endswith(
        "the columns are linearly independent. A climb from a second start came to it too."
    )
    assert conclusion(fit).startswith(
        "In 6 observations, one unit more of `x` changes the location of `y` by 0.988 (95 % "
    )
    assert st.sentences(fit)[0].startswith("The location of y rises by 0.988 ")
    assert [figure.name for figure in diagnostics(fit)] == ["means"]
    text = st.report(fit, to=tmp_path / "report").read_text(encoding="utf-8")
    assert "`scale` itself is $e^{" in text
    assert r"\ell(\beta, \tau) = \sum_{i} \log p(y_i \mid \eta_i, \tau)" in text


def test_what_is_no_regression_is_refused_and_told_what_answers():
    with pytest.raises(IncompatibleError, match=r"no words for .*\. print\(fit\)"):
        story(st.normal([1.0, 2.0, 4.0]))


def test_a_regression_without_a_row_and_with_one_parameter_is_told_too(tmp_path):
    """Poisson counts under a name that no table has are written by their family."""
    model = replace(st.poisson("k ~ x", {"k": [0, 1, 3, 2, 5, 4], "x": TABLE["x"]}), kind="of a stranger")
    text = st.report(st.fit(model), to=tmp_path / "report").read_text(encoding="utf-8")
    assert r"\ell(\beta) = \sum_{i} \left[ y_i \log \mu_i - \mu_i - \log(y_i!) \right]" in text
    assert r"\tau" not in text
