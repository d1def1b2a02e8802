import re

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import DomainError, IncompatibleError

rng = np.random.default_rng(0)
data = pd.DataFrame({"x": rng.normal(size=300), "g": rng.choice(["a", "b"], 300), "r": rng.integers(1, 4, 300)})
data["y"] = np.where(rng.random(300) < 1 / (1 + np.exp(-0.3 * data["x"])), "yes", "no")
data["k"] = rng.poisson(2, 300)
data["m"] = rng.negative_binomial(1, 0.3, 300)
data["c"] = rng.choice(["fig", "kiwi", "plum"], 300)
data["z"] = -2.0 * data["x"] + rng.normal(size=300)


def numbers(sentence):
    return [float(text) for text in re.findall(r"(?<![\w.])-?\d+\.?\d*", sentence)]


@pytest.mark.parametrize(
    "model, beginnings",
    [
        (st.ols("z ~ x", data), ["The mean of z falls by "]),
        (st.ols("z ~ x + C(r)", data), ["The mean of z falls by ", "The mean of z is ", "The mean of z is "]),
        (st.logistic("y ~ x", data), ["The odds that y is yes rise by "]),
        (st.logistic("y ~ g", data), ["The odds that y is yes are "]),
        (st.logistic("k + m ~ x", data), ["The odds of a success "]),
        (st.probit("y ~ x", data), ["The normal score of the probability that y is yes rises by "]),
        (st.poisson("k ~ x", data), ["The expected count of k "]),
        (st.negative_binomial("m ~ x", data), ["The expected count of m "]),
        (st.beta_binomial("m + k ~ x", data), ["The odds of the mean share of successes (m) "]),
        (st.softmax("c ~ x", data), ["The odds of kiwi against fig ", "The odds of plum against fig "]),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_every_family_says_what_each_coefficient_does(model, beginnings):
    said = st.sentences(st.fit(model))
    assert len(said) == len(beginnings)
    for sentence, beginning in zip(said, beginnings, strict=True):
        assert sentence.startswith(beginning)
        assert "95 % Wald interval" in sentence
        assert re.search(r"[tz] = -?\d", sentence)
        assert sentence.endswith(".")
        assert "`" not in sentence


def test_a_change_in_percent_is_that_of_the_factor_and_its_interval():
    fit = st.fit(st.logistic("y ~ x", data))
    change, level, low, high, *_ = numbers(st.sentences(fit, 0.9)[0])
    lower, upper = (float(end[1]) for end in fit.interval(0.9))
    exact = [100 * (np.exp(value) - 1) for value in (fit.estimate[1], lower, upper)]
    assert level == 90
    np.testing.assert_allclose([change, low, high], exact, atol=0.6)  # whole percents are shown


def test_a_fall_has_the_interval_of_the_fall():
    fit = st.fit(st.ols("z ~ x", data))
    change, _, low, high, *_ = numbers(st.sentences(fit)[0])
    lower, upper = (float(end[1]) for end in fit.interval())
    np.testing.assert_allclose([change, low, high], [-fit.estimate[1], -upper, -lower], atol=0.01)  # three decimals


def test_a_large_factor_is_told_as_a_factor():
    fit = st.fit(
        st.poisson("k ~ big", {"k": data["k"] * (1 + 4 * (data["g"] == "b")), "big": 1.0 * (data["g"] == "b")})
    )
    assert "is multiplied by a factor of " in st.sentences(fit)[0]
    factor = numbers(st.sentences(fit)[0])[0]
    np.testing.assert_allclose(factor, np.exp(fit.estimate[1]), atol=0.01)


def test_levels_are_compared_with_their_reference():
    said = st.sentences(st.fit(st.ols("z ~ C(r) + g", data)))
    assert "where r is 2 rather than 1" in said[0]
    assert "where g is b rather than a" in said[2]
    assert all("the other columns held fixed" in sentence for sentence in said)


def test_another_covariance_is_named():
    assert "Wald (HC1) interval" in st.sentences(st.fit(st.ols("z ~ x", data), cov="HC1"))[0]


def test_a_ridge_fit_has_no_standard_error():
    fit = st.fit(st.logistic("y ~ x", data), penalty=st.Ridge(1.0))
    assert "(no standard error)" in st.sentences(fit)[0]


@pytest.mark.parametrize(
    "model",
    [st.coin([1, 0, 1, 1]), st.poisson_rate([3, 5, 2]), st.local_level([1.0, 2.0, 1.5, 3.0, 2.0, 2.5, 4.0, 3.0])],
    ids=lambda model: model.kind,
)
def test_other_models_have_one_sentence_without_marks(model):
    said = st.sentences(st.fit(model))
    assert len(said) == 1
    assert "`" not in said[0]
    assert re.search(r"\d", said[0])


def test_what_it_cannot_take_is_said():
    with pytest.raises(IncompatibleError, match="needs a fit"):
        st.sentences(st.coin([1, 0]))  # type: ignore[arg-type]
    with pytest.raises(DomainError):
        st.sentences(st.fit(st.ols("z ~ x", data)), 95)
