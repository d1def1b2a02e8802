"""Where the data have no extra zeros there is no maximum inside, and it is said where."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.inference.existence.boundaries import slope_of_none, without_zeros
from stattools.solvers.newton import Newton
from tests.cases import rng

NONE = (
    r"y has no more zeros than Poisson counts have, and the probability of an extra zero has its maximum at 0\. Use st"
)


def table(seed, n=400, extra=0.0):
    g = rng(seed)
    frame = pd.DataFrame({"x": g.normal(size=n), "g": np.array(list("abc"))[np.arange(n) % 3]})
    return frame.assign(y=np.where(g.random(n) < extra, 0, g.poisson(np.exp(0.4 + 0.3 * frame.x))))


@pytest.mark.parametrize("seed", range(8))
def test_there_is_a_maximum_exactly_where_the_slope_at_none_is_positive(seed):
    """The log-likelihood is concave in the probability, so that its slope at 0 says whether it rises from there."""
    model = st.zero_inflated("y ~ x", table(seed))
    plain = st.fit(st.poisson("y ~ x", table(seed)))
    assert_allclose(without_zeros(model).loglik(plain.estimate), plain.loglik, rtol=1e-14)
    if slope_of_none(without_zeros(model), plain.estimate) > 0.0:
        fit = st.fit(model)
        assert fit.loglik > plain.loglik
        test = st.likelihood_ratio(fit, plain)
        assert test.distribution == "chibar2"
        assert_allclose(test.p_value, 0.5 * stats.chi2.sf(2.0 * (fit.loglik - plain.loglik), 1), rtol=1e-9)
    else:
        with pytest.raises(st.IdentificationError, match=NONE):
            st.fit(model)


def test_both_happen():
    slopes = []
    for seed in range(8):
        model = st.zero_inflated("y ~ x", table(seed))
        slopes.append(slope_of_none(without_zeros(model), st.fit(without_zeros(model)).estimate))
    assert min(slopes) < 0.0 < max(slopes)


@pytest.mark.parametrize("zero", ["~ g", "~ 0 + g", "~ C(g, contr.treatment('b'))"])
def test_levels_without_extra_zeros_are_named_in_any_coding(zero):
    frame = table(3)
    frame["y"] = np.where((frame.g == "a") & (rng(9).random(len(frame)) < 0.5), 0, frame.y)
    frame = frame[~((frame.g == "b") & (frame.y == 0))]
    with pytest.raises(
        st.IdentificationError, match=r"in \d+ of \d+ rows y has no more zeros.*Leave these columns out"
    ):
        st.fit(st.zero_inflated("y ~ x", frame, zero=zero))


def test_negative_binomial_counts_have_their_zeros_themselves():
    g = rng(12)
    frame = pd.DataFrame({"x": g.normal(size=2000)})
    frame["y"] = g.negative_binomial(0.8, 0.8 / (0.8 + np.exp(0.5 + 0.3 * frame.x)))
    found = st.fit(st.zero_inflated("y ~ x", frame))  # too many for Poisson counts
    assert found.estimate[-1] > -1.0
    frame = frame.drop(frame.index[frame.y == 0][:300])
    with pytest.raises(st.IdentificationError, match=r"than negative binomial counts.*Use st.negative_binomial"):
        st.fit(st.zero_inflated("y ~ x", frame, family="negative-binomial"))


def test_a_climb_that_ends_singular_is_asked_a_little_before(monkeypatch):
    """Round-off decides whether the climb to an end at infinity converges or loses its information: one answer."""
    frame = table(3)
    frame["y"] = np.where((frame.g == "a") & (rng(9).random(len(frame)) < 0.5), 0, frame.y)
    frame = frame[~((frame.g == "b") & (frame.y == 0))]
    climb = Newton.within

    def singular(solver, model, steps):
        if solver.tolerance < 1e-6:
            raise st.IdentificationError("The information is singular at coefficient 3.")
        return climb(solver, model, steps)

    monkeypatch.setattr(Newton, "within", singular)
    with pytest.raises(st.IdentificationError, match=r"in \d+ of \d+ rows y has no more zeros"):
        st.fit(st.zero_inflated("y ~ x", frame, zero="~ g"))


def test_the_boundary_test_of_alpha_stays():
    g = rng(13)
    frame = table(5, extra=0.4)
    frame["y"] = np.where(frame.y > 0, frame.y + g.poisson(2.0 * g.gamma(0.5, 2.0, len(frame))), 0)
    large = st.fit(st.zero_inflated("y ~ x", frame, zero="~ x", family="negative-binomial"))
    test = st.likelihood_ratio(large, st.fit(st.zero_inflated("y ~ x", frame, zero="~ x")))
    assert (test.distribution, test.df) == ("chibar2", 1)
    assert "alpha = 0" in test.note
    with pytest.raises(st.IncompatibleError, match="infinite coefficients of zero"):
        st.likelihood_ratio(large, st.fit(st.negative_binomial("y ~ x", frame)))


def test_rows_that_may_all_be_extra_zeros_have_no_coefficient_of_their_own():
    """Three rows without a count have a column of their own, of both signs: nothing tells it from infinite."""
    refused = 0
    for seed in range(8):
        g = rng(seed)
        frame = pd.DataFrame({"x": g.normal(size=60), "own": np.zeros(60)})
        frame["y"] = g.poisson(np.exp(0.6 + 0.4 * frame.x)) * (g.random(60) < 0.7)
        frame.loc[:2, "own"], frame.loc[:2, "y"] = g.normal(size=3), 0
        try:
            assert st.fit(st.zero_inflated("y ~ x + own", frame)).se.max() < 100.0
        except st.IdentificationError as error:
            refused += "has no maximum" in str(error)
    assert refused > 2
