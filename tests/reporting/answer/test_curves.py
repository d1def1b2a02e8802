"""A curve is told by the mean at its third quartile against the first."""

import numpy as np
import pytest

import stattools as st
from stattools.reporting.answer.box import curves
from stattools.reporting.answer.findings import findings
from tests.reporting.answer.planted import table

FRAME = table()


def told(fit):
    return curves(fit, findings(fit))


@pytest.mark.parametrize("terms", ["x + I(x**2)", "bs(x, df=4)"])
def test_all_terms_of_a_variable_make_one_curve(terms):
    fit = st.fit(st.ols(f"y ~ {terms} + g", FRAME))
    (curve,) = told(fit)
    low, high = np.quantile(FRAME.x, [0.25, 0.75])
    row = fit.contrasts("x", values=[low, high]).iloc[0]
    assert curve.change is not None
    assert float(curve.change.size) == pytest.approx(row.estimate, abs=1e-3)
    assert curve.p_value == pytest.approx(fit.test([name for name in fit.names if "x" in name]).p_value)
    assert curve.said("95 % interval").startswith("the mean of `y` is ")


def test_counts_have_a_ratio_and_events_a_probability():
    (counts,) = told(st.fit(st.poisson("count ~ x + I(x**2)", FRAME)))
    (events,) = told(st.fit(st.logistic("event ~ x + I(x**2)", FRAME)))
    assert counts.change is not None
    assert " % higher" in counts.change.said
    assert events.subject == "the probability that `event` is `1`"
    assert told(st.fit(st.ols("y ~ x + g", FRAME))) == []


def test_categories_act_along_a_curve_and_no_more_is_said():
    frame = FRAME.assign(kind=np.array(list("uvw"))[np.arange(len(FRAME)) % 3])
    (curve,) = told(st.fit(st.softmax("kind ~ x + I(x**2)", frame)))
    assert curve.said("").startswith("`x` acts along a curve (all its terms together p ")
