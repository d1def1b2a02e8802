"""Hazard ratios of Weibull and exponential times against R's delta method and against Poisson regression."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import IncompatibleError
from tests.models.regressions.test_failure_times import table


def fitted(name, **how):
    return st.fit(st.aft("survival(t, d) ~ x + g", table(), distribution=name), **how)


def test_those_of_a_weibull_fit_are_rs():
    """exp(-b / scale) of survreg(Surv(t, d) ~ x + g), and its delta method with vcov(fit)."""
    found = fitted("weibull").hazard_ratios()
    assert found.term.tolist() == ["x", "g[T.b]"]
    assert_allclose(found.estimate, [0.3215637, 2.172249], rtol=1e-6)
    assert_allclose(found.se_log, [0.3103173, 0.369041], rtol=1e-6)
    assert_allclose(np.log(found.upper / found.lower) / found.se_log, 2 * 1.959963984540054, rtol=1e-12)
    assert_allclose(np.log(found.estimate) / found.se_log, found.statistic, rtol=1e-12)


def test_those_of_exponential_times_are_rate_ratios():
    """Poisson regression of the events with log time as offset has the same likelihood."""
    rows = table()
    rates = st.fit(st.poisson("d ~ x + g", rows, exposure="t")).table(exponentiate=True, level=0.8)
    found = fitted("exponential").hazard_ratios(0.8)
    for name in ("estimate", "se_log", "statistic", "lower", "upper"):
        assert_allclose(found[name], rates[name].to_numpy()[1:], rtol=1e-7)


def test_hazards_that_are_not_proportional_have_none():
    for fit in (
        fitted("lognormal"),
        st.fit(st.aft("survival(t, d) ~ x", table(), scale="~ g")),
        st.fit(st.ols([1.0, 2.0, 4.0], [0.0, 1.0, 2.0])),
    ):
        assert "hazard_ratios" not in dir(fit)
        with pytest.raises(IncompatibleError, match="proportional"):
            fit.hazard_ratios()
    with pytest.raises(IncompatibleError, match="no standard errors"):
        fitted("weibull", penalty=st.Ridge(0.5)).hazard_ratios()
