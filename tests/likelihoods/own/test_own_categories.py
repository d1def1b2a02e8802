"""Labels by functions: a softmax written out is st.softmax, and an ordered logit has all answers."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import special

import stattools as st
from stattools.likelihoods import Categorical
from stattools.likelihoods.own import OwnCategories

G = np.random.default_rng(0)
X = G.normal(size=120)
T = pd.DataFrame(
    {"x": X, "r": np.array(["low", "mid", "top"])[np.digitize(0.8 * X + G.logistic(size=120), [-0.5, 1.0])]}
)


def softmax(y, a, b):
    full = np.stack([0.0 * a, a, b], axis=-1)
    return np.take_along_axis(full - special.logsumexp(full, axis=-1, keepdims=True), y.astype(int)[..., None], -1)[
        ..., 0
    ]


def ordered(y, location, cut, gap):
    ends = np.stack([-np.inf + 0.0 * cut, cut - location, cut + gap - location, np.inf + 0.0 * cut], axis=-1)
    below = special.expit(np.take_along_axis(ends, y.astype(int)[..., None], -1)[..., 0])
    return np.log(special.expit(np.take_along_axis(ends, y.astype(int)[..., None] + 1, -1)[..., 0]) - below)


SOFTMAX = st.likelihood("soft", softmax, parameters={"a": "identity", "b": "identity"}, outcome="category")
ORDERED = st.likelihood(
    "ordered", ordered, parameters={"location": "identity", "cut": "identity", "gap": "log"}, outcome="category"
)


@pytest.fixture(scope="module")
def fits():
    return st.fit(st.regression("r ~ x", T, SOFTMAX, b="~ x")), st.fit(st.softmax("r ~ x", T))


def test_derivatives_are_those_of_the_house():
    assert isinstance(SOFTMAX, OwnCategories)
    own, house = SOFTMAX.among(3), Categorical(3)
    eta, y = G.normal(size=(9, 2)), np.arange(9.0) % 3
    for ours, theirs in zip(own.evaluate(eta, y), house.evaluate(eta, y), strict=True):
        assert_allclose(ours, theirs, rtol=1e-6, atol=1e-8)  # of differences
    assert_allclose(own.mean(eta), house.mean(eta), rtol=1e-12)
    assert_allclose(own.slope(eta), house.slope(eta), atol=1e-9)
    assert_allclose(own.deviance(eta, y), house.deviance(eta, y), rtol=1e-12)
    assert_allclose(own.sample(eta, seed=3), house.sample(eta, seed=3))


def test_it_is_the_softmax_of_the_house(fits):
    own, house = fits
    assert own.names == ("Intercept", "x", "b: Intercept", "b: x")
    assert np.abs((own.estimate - house.estimate) / house.se).max() < 1e-7
    assert_allclose(own.se, house.se, rtol=1e-5)
    assert_allclose(own.goodness(), house.goodness(), rtol=1e-9)
    numbers = ["mean", "lower", "upper"]
    ours, theirs = (fit.predict({"x": [0.0, 1.0]}, interval=0.9)[numbers] for fit in fits)
    assert_allclose(ours, theirs, atol=1e-6)
    ours, theirs = (fit.marginal_effects().estimate for fit in fits)
    assert_allclose(ours, theirs, atol=1e-8)
    assert (st.confusion(own) == st.confusion(house)).all(axis=None)
    assert own.predict({"x": [0.0]}, kind="link").shape == (1,)


def test_an_ordered_logit():
    fit = st.fit(st.regression("r ~ x - 1", T, ORDERED))
    assert fit.names == ("x", "cut", "log gap")
    assert st.validate(fit).ok
    assert_allclose(fit.predict({"x": [0.5]}).sum(axis=1), 1.0)
    for question, said in (
        (lambda: fit.residuals_of("quantile"), "no order"),
        (lambda: fit.predict(kind="observation", interval=0.9), "one of its labels"),
        (fit.leverage, "matrix of leverages"),
        (lambda: fit.model.likelihood.cdf(fit.model.eta(fit.estimate), fit.model.rows.y), "labels without an order"),
    ):
        with pytest.raises(st.IncompatibleError, match=said):
            question()


def test_what_is_no_distribution_of_labels_is_refused():
    twice = st.likelihood(
        "twice", lambda y, a, b: 0.1 + softmax(y, a, b), parameters=SOFTMAX.by_name, outcome="category"
    )
    with pytest.raises(st.DomainError, match=r"add up to 1\.1"):
        st.regression("r ~ x", T, twice)
    with pytest.raises(st.IncompatibleError, match="leave mean= out"):
        st.likelihood("a", softmax, parameters=SOFTMAX.by_name, outcome="category", mean=lambda a, b: a)
    with pytest.raises(st.DomainError, match="codes 0 to 2"):
        replace(SOFTMAX, categories=3).check([0.0, 3.0])  # type: ignore[call-arg]
    with pytest.raises(st.IncompatibleError, match="constructor of its own"):
        st.regression("r ~ x", T, Categorical(3))


def test_a_report_speaks_of_probabilities(fits, tmp_path):
    text = st.report(fits[0], to=tmp_path / "labels").read_text()
    assert "each value of `r` has the probability $p$" in text
