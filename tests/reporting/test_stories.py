from dataclasses import replace

import pytest

import stattools as st
from stattools.errors import IncompatibleError
from stattools.likelihoods.words import Words
from stattools.reporting.regressions import diagnostics
from stattools.reporting.sentences import certificate, conclusion, question
from stattools.reporting.stories import story
from tests.gumbel import gumbel

TABLE = {"y": [1.0, 2.5, 2.0, 4.0, 7.0, 5.5], "x": [0, 1, 2, 3, 4, 5]}


def test_a_likelihood_that_says_nothing_but_its_predictor_is_told_in_words_made_from_it(tmp_path):
    """The Gumbel regression does."""
    fit = st.fit(gumbel("y ~ x", TABLE))
    words = fit.model.likelihood.facts.words
    assert words == Words(words.predictor)
    assert question(fit.model) == "How does the location of `y` depend on `x`? In one formula: `y ~ x`."
    assert certificate(fit).endswith(
        "the columns are linearly independent. A climb from a second start came to it too."
    )
    assert conclusion(fit).startswith("In 6 observations, the location of `y` is 0.988 higher (95 % interval: ")
    assert st.sentences(fit)[0].startswith("The location of y rises by 0.988 ")
    assert [figure.name for figure in diagnostics(fit)] == ["means"]
    text = st.report(fit, to=tmp_path / "report").read_text(encoding="utf-8")
    assert "`scale` itself is $e^{" in text
    assert r"\ell(\beta, \tau) = \sum_{i} \log p(y_i \mid \eta_i, \tau)" in text


def test_what_is_no_regression_is_refused_and_told_what_answers():
    with pytest.raises(IncompatibleError, match=r"no words for .*\. print\(fit\)"):
        story(st.normal([1.0, 2.0, 4.0]))


def test_the_words_are_those_of_the_likelihood_whatever_the_kind_of_the_model(tmp_path):
    """Poisson counts under a name that no constructor has."""
    model = replace(st.poisson("k ~ x", {"k": [0, 1, 3, 2, 5, 4], "x": TABLE["x"]}), kind="of a stranger")
    text = st.report(st.fit(model), to=tmp_path / "report").read_text(encoding="utf-8")
    assert r"\ell(\beta) = \sum_{i} \left[ y_i \eta_i - e^{\eta_i} - \log(y_i!) \right]" in text
    assert r"\tau" not in text
    assert "the expected count of `k`" in text
