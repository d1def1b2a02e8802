"""Likelihood ratios and comparisons of Cox's regressions, and pairs that are none."""

import numpy as np
import pytest
from scipy.special import chdtrc

import stattools as st

G = np.random.default_rng(1)
T = {"t": G.exponential(size=50), "d": G.random(50) < 0.8, "x": G.standard_normal(50), "z": G.standard_normal(50)}
T["s"] = np.arange(50) % 2
FULL = st.fit(st.cox("survival(t, d) ~ x + z", T))
SMALL = st.fit(st.cox("survival(t, d) ~ x", T))


def test_a_likelihood_ratio_is_twice_the_difference():
    found = st.likelihood_ratio(FULL, SMALL)
    statistic = 2.0 * (FULL.loglik - SMALL.loglik)
    assert (found.statistic, found.df) == (pytest.approx(statistic, rel=1e-12), 1)
    assert found.p_value == pytest.approx(chdtrc(1, statistic), rel=1e-12)


def test_fits_of_the_same_events_are_compared():
    assert "AIC" in str(st.compare(FULL, SMALL)).upper()


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (lambda: st.fit(st.cox("survival(t, d) ~ x", T, ties="breslow")), "counts ties by"),
        (lambda: st.fit(st.cox("survival(t, d) ~ x", T, strata="s")), "their strata differ"),
        (lambda: st.fit(st.cox("survival(t) ~ x", T)), "their event differ"),
        (lambda: st.fit(st.cox("survival(t, d) ~ I(x**2)", T)), "not nested"),
        (lambda: st.fit(st.ols("t ~ x", T)), "other likelihoods"),
        (lambda: FULL, "as many coefficients"),
    ],
)
def test_others_are_not(other, said):
    with pytest.raises(st.IncompatibleError, match=said):
        st.likelihood_ratio(FULL, other())
