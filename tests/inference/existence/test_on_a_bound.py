"""Maxima inside of bounds and on them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.bayes.priors.parameters import parameters
from stattools.inference.existence.second_order import check_sign
from tests.cases import rng

Y = rng(0).normal(3.0, 2.0, 50)
X = rng(1).normal(size=50)


def normal(mean, sigma):
    return -0.5 * ((Y - mean) / sigma) ** 2 - np.log(sigma)


def line(mean, slope, sigma):
    return normal(mean + slope * X, sigma)


START = {"mean": 0.0, "slope": 1.0, "sigma": 1.0}
SLOPE = st.fit(st.ols(Y, X)).estimate[1]  # -0.2


def test_a_maximum_inside_is_that_without_bounds():
    free = st.fit(st.custom(lambda mean, log: normal(mean, np.exp(log)), start={"mean": 0.0, "log": 0.0}))
    seen = []

    def loglik(mean, sigma):
        seen.append(sigma)
        return normal(mean, sigma)

    fit = st.fit(st.custom(loglik, start={"mean": -30.0, "sigma": 40.0}, bounds={"sigma": (0, None)}))
    assert min(seen) > 0.0
    assert_allclose(fit.estimate, [free.estimate[0], np.exp(free.estimate[1])], rtol=1e-8)
    assert_allclose(fit.se[1], fit.estimate[1] * free.se[1], rtol=1e-8)
    assert np.isnan(fit.table()["p_value"][1])  # sigma = 0 is the end of its range
    low, high = np.array(free.interval(kind="profile"))[1]
    assert_allclose(np.array(fit.interval(kind="profile"))[1], np.exp([low, high]), rtol=1e-7)


@pytest.mark.parametrize(
    "bounds", [{"slope": (0, 4)}, {"slope": (0, None), "sigma": (0, None)}], ids=["two", "several"]
)
def test_a_maximum_on_a_bound_is_named(bounds):
    assert SLOPE < 0.0
    fit = st.fit(st.custom(line, start=START, bounds=bounds))
    alone = st.fit(st.custom(lambda mean, sigma: line(mean, 0.0, sigma), start={"mean": 0.0, "sigma": 1.0}))
    assert_allclose(fit.estimate, [alone.estimate[0], 0.0, alone.estimate[1]], rtol=1e-8)
    assert_allclose(fit.se[[0, 2]], alone.se, rtol=1e-7)
    assert np.isnan(fit.se[1])
    assert fit.model.on_bounds == ("slope",)
    assert "'slope' is at its bound 0, from which the log-likelihood falls" in " ".join(str(fit).split())
    assert fit.kinds == ("wald",)
    with pytest.raises(st.IdentificationError, match="'slope' has none"):
        fit.test("slope = 0")
    with pytest.raises(st.IncompatibleError, match="cannot be saved"):
        fit.save("never")


def test_two_bounds_and_a_single_parameter():
    both = st.fit(
        st.custom(line, start={"mean": 5.0, "slope": 1.0, "sigma": 1.5}, bounds={"mean": (4, 9), "slope": (0, 9)})
    )
    assert both.model.on_bounds == ("mean", "slope")
    one = st.fit(st.custom(lambda mean: normal(mean, 2.0), start={"mean": 9.0}, bounds={"mean": (8, None)}))
    assert one.estimate.tolist() == [8.0]


def test_no_maximum_stays_none():
    with pytest.raises(st.IdentificationError, match="levels off"):  # it rises for ever, and falls to the bound
        st.fit(st.custom(lambda a: -np.exp(-a), start={"a": 1.0}, bounds={"a": (0, None)}))
    with pytest.raises(st.StattoolsError):  # flat along b: no bound is better than another
        st.fit(st.custom(lambda a, b: -(a**2) + 0.0 * b, start={"a": 1.0, "b": 1.0}, bounds={"b": (0, 2)}))


def test_a_penalty_keeps_to_the_bounds():
    with pytest.raises(st.IdentificationError, match="no maximum inside of its bounds: 'slope'"):
        st.fit(st.custom(line, start=START, bounds={"slope": (0, None)}), penalty=st.Ridge(1e-6))


def test_a_posterior_keeps_to_the_bounds():
    model = st.custom(line, start=START, bounds={"slope": (0, None), "sigma": (0, 9)})
    assert [(p.low, p.high) for p in parameters(model)] == [(-np.inf, np.inf), (0.0, np.inf), (0.0, 9.0)]


SEEN = rng(0).normal(3.0, 2.0, 50)


def minus(mean, sigma):
    return 0.5 * ((SEEN - mean) / sigma) ** 2 + np.log(sigma)


@pytest.mark.parametrize("sigma", [1.0, 6.0])  # from 6 it does not curve upward along sigma
@pytest.mark.parametrize("bounds", [None, {"sigma": (0, None)}, {"mean": (-9, 9), "sigma": (0.1, 9)}])
def test_it_is_told_without_a_warning(sigma, bounds):
    with pytest.raises(st.IdentificationError, match="is this the negative log-likelihood"):
        st.fit(st.custom(minus, start={"mean": 0.0, "sigma": sigma}, bounds=bounds))


def test_a_log_likelihood_is_not():
    right = st.custom(lambda mean, sigma: -minus(mean, sigma), start={"mean": 0.0, "sigma": 1.0})
    check_sign(right)  # raises nothing
    valley = st.custom(lambda t: -np.sum(np.log1p((np.array([-9.0, 9.0]) - t[0]) ** 2)), start=[0.001])
    assert abs(st.fit(valley).estimate[0]) > 8.0  # it curves upward at the start, and has maxima
