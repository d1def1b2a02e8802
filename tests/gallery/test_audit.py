import numpy as np
from numpy.testing import assert_allclose
from statsmodels.api import Logit, add_constant
from statsmodels.datasets import spector

from stattools.gallery import audit

CAUSES = ("separation", "NaN reported as converged", "penalty", "dropped column")


def test_each_cause_is_named(text_of):
    text = text_of("audit")
    for cause in CAUSES:
        assert f"**{cause}**" in text


def test_the_conclusion_has_the_odds_ratios_of_both(quotes_of):
    data = spector.load_pandas()
    maximum = Logit(data.endog, add_constant(data.exog)).fit(disp=0).params["PSI"]
    printed = audit.cases()[2].results.coef_[0][2]
    (quote,) = quotes_of("audit")
    assert f"at {np.exp(printed):.1f} where the maximum is {np.exp(maximum):.1f}" in quote


def test_the_fits_say_nothing_of_it():
    separated, empty, grades, line = (case.results for case in audit.cases())
    assert separated.converged
    assert empty.mle_retvals["converged"]
    assert np.isnan(np.asarray(empty.params)).all()
    assert grades.n_iter_[0] < grades.max_iter
    assert_allclose(line.coef_[1], 0.0, atol=1e-20)


def test_printed_numbers_are_judged_reproduced_and_compared_with_each_other(text_of, quotes_of):
    text, (quote,) = text_of("audit"), quotes_of("audit")
    assert "**exponentiated coefficients**" in text
    assert audit.reproduced().ok
    assert len(audit.reproduced().conventions) == 2
    lines = [one.line for one in audit.paper().findings]
    assert lines == [1, 3, 3, 5]
    assert "of 12 numbers of a paragraph 4 cannot be" in quote
