import pytest

import stattools as st
from stattools.errors import IncompatibleError
from stattools.reporting import equations
from stattools.reporting.diagnostics import SUITED, diagnostics
from stattools.reporting.sentences import certificate, conclusion, question
from stattools.reporting.stories import STORIES
from tests.cases import REGRESSIONS
from tests.gumbel import gumbel


@pytest.mark.parametrize("table", [STORIES, SUITED, equations.WRITTEN], ids=["stories", "figures", "equations"])
def test_every_regression_has_a_row_in_each_table(table):
    """One-vs-rest is told by its logistic regressions; the Gumbel regression is not of the package."""
    kinds = {case.make.__name__ for case in REGRESSIONS} - {"one_vs_rest", "gumbel"}
    assert kinds <= set(table)


def test_a_kind_without_words_is_refused_and_told_what_answers(tmp_path):
    table = {"y": [1.0, 2.5, 2.0, 4.0, 7.0, 5.5], "x": [0, 1, 2, 3, 4, 5]}
    fit = st.fit(gumbel("y ~ x", table))
    of_model = (question, equations.likelihood)
    of_fit = (certificate, conclusion, diagnostics, st.sentences, lambda fit: st.report(fit, to=tmp_path / "report"))
    for ask, about in [(ask, fit.model) for ask in of_model] + [(ask, fit) for ask in of_fit]:
        with pytest.raises(IncompatibleError, match=r"no words for Gumbel regression\. print\(fit\)"):
            ask(about)
    assert not list(tmp_path.iterdir())
    assert "Gumbel regression" in st.report_table(fit)
