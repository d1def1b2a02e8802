"""Counts with extra zeros, against 60-digit arithmetic where float64 has none to spare."""

import mpmath
import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st


def log_count(y, eta, tau):
    """Of Poisson counts, or with tau = log alpha of negative binomial ones."""
    if tau is None:
        return y * eta - mpmath.exp(eta) - mpmath.loggamma(y + 1)
    r, m = mpmath.exp(-tau), mpmath.exp(eta)
    counted = mpmath.loggamma(y + r) - mpmath.loggamma(r) - mpmath.loggamma(y + 1)
    return counted + r * mpmath.log(r / (r + m)) + y * mpmath.log(m / (r + m))


def exact(y, eta, zero, tau):
    p = 1 / (1 + mpmath.exp(-zero))
    counted = (1 - p) * mpmath.exp(log_count(y, eta, tau))
    return mpmath.log(p + counted) if y == 0 else mpmath.log(counted)


@pytest.mark.parametrize("tau", [None, -12.0, 0.5, 6.0])
@pytest.mark.parametrize("zero", [-40.0, -1.0, 30.0])
@pytest.mark.parametrize("eta", [-25.0, 0.4, 6.0])
def test_no_digit_is_lost_far_out(eta, zero, tau):
    family = st.ZeroInflated() if tau is None else st.ZeroInflated(st.NegativeBinomial())
    at = [eta, zero] if tau is None else [eta, zero, tau]
    for y in (0, 1, 30):
        loglik, score, information = family.evaluate([at], [y])
        with mpmath.workdps(60):
            point = [mpmath.mpf(value) for value in at] + [None] * (tau is None)
            wanted = exact(mpmath.mpf(y), *point)
            for k in range(len(at)):

                def along(x, k=k, y=y, point=point):
                    return exact(mpmath.mpf(y), *(x if j == k else value for j, value in enumerate(point)))

                slope, bend = mpmath.diff(along, point[k]), mpmath.diff(along, point[k], 2)
                assert_allclose(score[0, k], float(slope), rtol=1e-11, atol=1e-13)
                assert_allclose(information[0, k, k], -float(bend), rtol=1e-9, atol=1e-12)
        assert_allclose(loglik[0], float(wanted), rtol=1e-13, atol=1e-300)


def test_a_zero_of_a_probability_below_float64_has_its_logarithm():
    loglik, _, _ = st.ZeroInflated().evaluate([[8.0, -900.0], [7.0, -2000.0]], [0, 0])
    assert_allclose(loglik, [-900.0, -np.exp(7.0)], rtol=1e-14)  # of exp(-900) + exp(-exp(8)) the larger one


@pytest.mark.parametrize("family", [st.Poisson(), st.NegativeBinomial()], ids=["poisson", "negative binomial"])
def test_nothing_is_nan_anywhere(family):
    for make in (st.ZeroInflated, st.Hurdle):
        one = make(family)
        ends = np.array([-1e4, -700.0, -40.0, 0.0, 40.0, 700.0, 1e4])
        eta = np.stack(np.meshgrid(*[ends] * one.width), axis=-1).reshape(-1, one.width)
        for y in (0.0, 1.0, 1e6):
            for answer in (*one.evaluate(eta, np.full(len(eta), y)), one.mean(eta)):
                assert np.isfinite(answer).all()
            assert (one.loglik(eta, np.full(len(eta), y)) <= 0.0).all()


def test_without_extra_zeros_it_is_the_family():
    y, eta = np.arange(12.0), np.full(12, 0.7)
    found = st.ZeroInflated().loglik(np.column_stack([eta, np.full(12, -60.0)]), y)
    assert_allclose(found, st.Poisson().loglik(eta, y), rtol=1e-14)


def test_other_families_are_refused():
    for make in (st.ZeroInflated, st.Hurdle, st.ZeroTruncated):
        with pytest.raises(st.IncompatibleError, match=r"made of Poisson\(\) or NegativeBinomial\(\); got GammaFamily"):
            make(st.GammaFamily())
