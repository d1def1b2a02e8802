"""Normal samples as likelihoods: scipy, differences, statsmodels, exact statistics."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st

RNG = np.random.default_rng(5)
Y, SD = RNG.normal(3.0, 2.0, 30), RNG.uniform(0.5, 3.0, 30)
BY = np.array(list("abc"))[RNG.integers(0, 3, 30)]
MODELS = {
    "both": st.normal(Y),
    "known": st.normal(Y, sd=SD),
    "arms": st.normal(Y, by=BY),
    "known arms": st.normal(Y, sd=1.5, by=BY),
}


def reference(model, theta):
    means = theta[: model.size][model.arm_of]
    sds = model.sd if model.sd is not None else theta[model.size :][model.arm_of]
    return stats.norm.logpdf(model.values, means, sds).sum()


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_loglik_score_and_information(model):
    theta = model.start * 1.1 + 0.05
    assert_allclose(model.loglik(theta), reference(model, theta), rtol=1e-13)
    h, axes = 1e-5, np.eye(len(theta))
    score = [(model.loglik(theta + h * e) - model.loglik(theta - h * e)) / (2 * h) for e in axes]
    assert_allclose(model.evaluate(theta).score, score, rtol=1e-6, atol=1e-6)  # differences
    slopes = [(model.evaluate(theta + h * e).score - model.evaluate(theta - h * e).score) / (2 * h) for e in axes]
    assert_allclose(model.evaluate(theta).information, -np.array(slopes), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("solver", [None, st.Newton()])
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_fit(model, solver):
    fit = st.fit(model, solver=solver)
    for number, name in enumerate(np.unique(BY) if model.arms else [None]):
        part = slice(None) if name is None else name == BY
        if model.sd is None:
            n, sd = len(Y[part]), np.std(Y[part])
            assert_allclose(fit.estimate[[number, number + model.size]], [np.mean(Y[part]), sd], rtol=1e-9)
            assert_allclose(fit.se[[number, number + model.size]], [sd / n**0.5, sd / (2 * n) ** 0.5], rtol=1e-9)
        else:
            weight = 1 / model.sd[part] ** 2
            assert_allclose(fit.estimate[number], np.average(Y[part], weights=weight), rtol=1e-10)
            assert_allclose(fit.se[number], weight.sum() ** -0.5, rtol=1e-10)
    assert_allclose(fit.loglik, reference(model, fit.estimate), rtol=1e-13)
    assert fit.names == model.names
    assert set(fit.table()["term"]) == set(model.names)


def test_the_mean_is_that_of_ols():
    ours = st.fit(st.normal(Y))
    theirs = st.fit(st.ols("y ~ 1", {"y": Y}))
    assert_allclose([ours.estimate[0], ours.loglik], [theirs.estimate[0], theirs.loglik], rtol=1e-12)
    assert_allclose(ours.se[0] * np.sqrt(30 / 29), theirs.se[0], rtol=1e-12)


def test_squares_survive_a_large_mean():
    y = 1e8 + np.array([1.0, 2.0, 3.0, 4.5])
    model = st.normal(y)
    assert_allclose(model.moments[2], np.sum((np.array([1.0, 2.0, 3.0, 4.5]) - 2.625) ** 2), rtol=1e-15)


def test_frames_and_categories():
    frame = pd.DataFrame({"y": Y, "arm": pd.Categorical(BY, categories=["c", "a", "b"])})
    model = st.normal(frame["y"], by=frame["arm"])
    assert model.arms == ("c", "a", "b")
    named = st.normal("y", by="arm", sd=2.0, data=frame)
    assert (named.arms, named.sd.tolist()) == (model.arms, [2.0] * 30)
    other = st.normal(Y.tolist(), by=BY.tolist()).over(["c", "a", "b"])
    assert_allclose(model.moments, other.moments, rtol=0)
    assert other.over(["c", "new", "a", "b"]).counts[1] == 0


@pytest.mark.parametrize(
    ("bad", "options"),
    [
        ([1.0, np.nan], {}),
        ([1.0, np.inf], {}),
        ([], {}),
        (["a", "b"], {}),
        ([True, False], {}),
        ([[1.0, 2.0], [3.0, 4.0]], {}),
        ([1e200, 1.0], {}),
        ([1.0, 2.0], {"sd": 0.0}),
        ([1.0, 2.0], {"sd": -1.0}),
        ([1.0, 2.0], {"sd": np.nan}),
        ([1.0, 2.0], {"sd": [1.0, 2.0, 3.0]}),
        ([1.0, 2.0], {"sd": "x"}),
        ([1.0, 2.0], {"by": ["a"]}),
        ([1.0, 2.0], {"by": ["a", None]}),
    ],
)
def test_bad_data(bad, options):
    with pytest.raises(st.DomainError):
        st.normal(bad, **options)


def test_no_maximum_without_spread():
    with pytest.raises(st.IdentificationError, match="two different measurements"):
        st.fit(st.normal([2.0, 2.0]))
    with pytest.raises(st.IdentificationError, match="in arm 'b'"):
        st.fit(st.normal([2.0, 3.0, 1.0], by=["a", "a", "b"]))


def test_a_penalty_beside_measurements_near_the_end_of_float64_is_refused():
    with pytest.raises(st.DomainError, match="Newton cannot start"):
        st.fit(st.normal([1.26e-161, -1.32e-161, 6.4e-161, 1.05e-161]), penalty=st.Ridge(1.0))
