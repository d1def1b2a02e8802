"""One line per row from draws: quantiles against a loop, whole ends for counts, and the columns of `fit.predict`."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import stattools as st
from stattools.bayes.sampling import draws as of_draws
from stattools.bayes.sampling.draws import summed_up

RNG = np.random.default_rng(5)
X = RNG.normal(size=60)
TABLE = {
    "x": X,
    "count": RNG.poisson(np.exp(1.0 + 0.3 * X)),
    "kind": np.array(list("abc"))[RNG.integers(0, 3, 60)],
    "ill": RNG.integers(0, 2, 60),
    "well": 3 - RNG.integers(0, 2, 60),
}
FAMILIES = {
    "poisson": lambda: st.poisson("count ~ x", TABLE),
    "softmax": lambda: st.softmax("kind ~ x", TABLE),
    "logistic": lambda: st.logistic("ill ~ x", TABLE),
    "grouped": lambda: st.logistic("ill + well ~ x", TABLE),
}


@pytest.fixture(scope="module")
def posteriors():
    return {
        name: st.posterior(make(), prior=st.Normal(0, 2), seed=1, method="importance", draws=400)
        for name, make in FAMILIES.items()
    }


def test_each_row_is_summed_up_alone(monkeypatch):
    draws = RNG.normal(size=(101, 7))
    monkeypatch.setattr(of_draws, "AT_A_TIME", 202)
    frame = summed_up(draws, 0.9, whole=False, labels=None)
    for row in range(7):
        expected = [draws[:, row].mean(), *np.quantile(draws[:, row], [0.05, 0.95])]
        assert_allclose(frame.iloc[row], expected, rtol=1e-12)


def test_whole_ends_hold_at_least_the_level():
    draws = RNG.poisson(3.0, size=(1000, 5)).astype(float)
    frame = summed_up(draws, 0.9, whole=True, labels=None)
    lower, upper = frame["lower"].to_numpy(), frame["upper"].to_numpy()
    assert_array_equal(lower, np.floor(lower))
    assert_array_equal(upper, np.floor(upper))
    assert (np.mean((draws >= lower) & (draws <= upper), axis=0) >= 0.9).all()


@pytest.mark.parametrize("name", FAMILIES)
def test_a_posterior_has_the_frame_of_the_fit(posteriors, name):
    posterior = posteriors[name]
    frame, fitted = posterior.predict(interval=0.9), st.fit(posterior.model).predict(interval=0.9)
    assert list(frame) == list(fitted)
    assert len(frame) == len(fitted)
    draws = posterior.predict()
    assert_allclose(frame["mean"], draws.mean(axis=0).ravel(), rtol=1e-12)
    assert_allclose(frame["lower"], np.quantile(draws, 0.05, axis=0).ravel(), rtol=1e-12)
    if "row" in frame:
        assert frame[["row", "category"]].equals(fitted[["row", "category"]])


@pytest.mark.parametrize("name", ["poisson", "grouped"])
def test_new_observations_have_whole_ends(posteriors, name):
    frame = posteriors[name].predict(kind="observation", seed=3, interval=0.8)
    draws = posteriors[name].predict(kind="observation", seed=3)
    assert_allclose(frame["mean"], draws.mean(axis=0))
    assert (frame[["lower", "upper"]] == np.floor(frame[["lower", "upper"]])).all(axis=None)


def test_what_has_no_interval_is_refused(posteriors):
    with pytest.raises(st.DomainError, match="interval is a probability between 0 and 1"):
        posteriors["poisson"].predict(interval=1.5)
    for name in ("logistic", "softmax"):
        with pytest.raises(st.IncompatibleError, match=r'labels, for which an interval says nothing\. kind="mean" has'):
            posteriors[name].predict(kind="observation", seed=1, interval=0.9)


@pytest.mark.parametrize("prior", ["drawn", "exact"])
def test_rows_that_were_dropped_have_no_interval(prior):
    import pandas as pd

    table = pd.DataFrame({"y": [1.0, 3.0, None, 8.0, 4.0], "x": [0.0, 1.0, 2.0, 3.0, 2.5]}, index=list("abcde"))
    model = st.ols("y ~ x", table)
    if prior == "exact":
        posterior = st.posterior(model, prior=st.NormalInverseGammaRegression.flat())
    else:
        posterior = st.posterior(model, prior=st.Normal(0, 5), seed=1, method="importance", draws=100)
    frame = posterior.predict(interval=0.9)
    assert frame.index.tolist() == list("abcde")
    assert frame.isna().all(axis=1).tolist() == [False, False, True, False, False]
    assert len(posterior.predict(interval=0.9, align=False)) == 4
    new = pd.DataFrame({"x": [None, 1.0]}, index=[7, 8], dtype=float)
    frame = posterior.predict(new, interval=0.9, missing="null")
    assert frame.isna().all(axis=1).to_dict() == {7: True, 8: False}
    assert posterior.predict(new.head(1), interval=0.9, missing="null").isna().all(axis=None)
