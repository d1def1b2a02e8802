"""What statsmodels does not fit is written again and climbed from its values; a wrong fit is found out."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import IncompatibleError

rng = np.random.default_rng(0)
n = 150
x = rng.normal(size=n)
d = pd.DataFrame({"x": x, "z": rng.normal(size=n), "w": rng.integers(1, 4, n), "e": rng.random(n) + 0.5}).assign(
    y=x + rng.normal(size=n),
    b=(rng.random(n) < 1 / (1 + np.exp(-x))).astype(int),
    k=rng.poisson(np.exp(0.3 * x)),
    nb=rng.negative_binomial(2, 0.4, n),
    c=np.array(list("abc"))[rng.integers(0, 3, n)],
)
y, times = d.y.to_numpy(), np.abs(d.y.to_numpy())
FITS = {
    "exponential waits": lambda: st.fit(st.exponential_rate(times)),
    "geometric": lambda: st.fit(st.geometric([1, 2, 3, 1, 5])),
    "pascal": lambda: st.fit(st.pascal([4, 5, 7], successes=3)),
    "multinomial": lambda: st.fit(st.multinomial([3, 5, 9])),
    "categories": lambda: st.fit(st.categories(d.c)),
    "normal": lambda: st.fit(st.normal(y)),
    "normal, sd known": lambda: st.fit(st.normal(y, sd=1.0)),
    "normal by arms": lambda: st.fit(st.normal(y, by=d.c.to_numpy())),
    "odds ratio": lambda: st.fit(st.odds_ratio([[8, 2], [1, 5]])),
    "odds ratio of strata": lambda: st.fit(st.odds_ratio([[[8, 2], [1, 5]], [[3, 4], [2, 5]]])),
    "correlation": lambda: st.fit(st.correlation("y ~ x", d)),
    "custom": lambda: st.fit(
        st.custom(lambda t: -0.5 * float(np.sum((y - t[0] - t[1] * x) ** 2)) - 0.1 * t[0] ** 4, start=np.zeros(2))
    ),
    "Jeffreys, logistic": lambda: st.fit(st.logistic("b ~ x + z", d), penalty=st.Jeffreys()),
    "Jeffreys, softmax": lambda: st.fit(st.softmax("c ~ x", d), penalty=st.Jeffreys()),
    "Jeffreys, Poisson": lambda: st.fit(st.poisson("k ~ x", d, exposure="e"), penalty=st.Jeffreys()),
    "ridge, least squares": lambda: st.fit(st.ols("y ~ x + z", d), penalty=st.Ridge(20.0)),
    "ridge, logistic": lambda: st.fit(st.logistic("b ~ x + z", d, weights="w"), penalty=st.Ridge(2.0)),
    "ridge, probit": lambda: st.fit(st.probit("b ~ x", d), penalty=st.Ridge(2.0)),
    "ridge, softmax": lambda: st.fit(st.softmax("c ~ x + z", d), penalty=st.Ridge(2.0)),
    "ridge, not centered": lambda: st.fit(st.softmax("c ~ x + z", d), penalty=st.Ridge(2.0, centered=False)),
    "ridge, negative binomial": lambda: st.fit(st.negative_binomial("nb ~ x", d), penalty=st.Ridge(5.0)),
}


@pytest.mark.parametrize("name", FITS)
def test_the_rewritten_likelihood_agrees(name):
    found = st.validate(FITS[name]())
    assert found.ok, str(found)
    assert "agrees: the same" in found.sentence
    assert np.abs(found.rows["difference_in_se"].to_numpy()).max() < 1e-6
    assert found.decrement < 1e-5


SHIFTED = ["normal", "correlation", "odds ratio", "custom", "Jeffreys, logistic", "ridge, logistic", "multinomial"]


@pytest.mark.parametrize("name", SHIFTED)
def test_a_shifted_estimate_is_found_out(name):
    fit = FITS[name]()
    shift = np.zeros(len(fit.estimate))
    shift[0] = 0.02 * np.sqrt(fit.solution.covariance[0, 0])
    found = st.validate(replace(fit, estimate=fit.estimate + shift))
    assert not found.ok
    assert "does not agree" in found.sentence


@pytest.mark.parametrize("name", ["normal", "Jeffreys, softmax"])
def test_wrong_standard_errors_are_found_out(name):
    fit = FITS[name]()
    assert not st.validate(replace(fit, covariance=1.01 * fit.covariance)).ok


def test_refusals():
    with pytest.raises(IncompatibleError, match="boundary"):
        st.validate(st.fit(st.geometric([0, 0, 0])))
