"""Which prior each parameter gets, what defaults mean, and that the joint density is what the lines say."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.priors.assignment import assign

DATA = {
    "y": [1.0, 3.0, 5.0, 8.0, 7.0],
    "x": [0.0, 1.0, 2.0, 3.0, 5.0],
    "z": [2001.0, 2003.0, 2002.0, 2009.0, 2000.0],
    "ill": [0, 1, 0, 1, 1],
    "g": ["a", "b", "c", "a", "b"],
}


def test_one_prior_is_for_all_coefficients_and_not_for_sigma():
    priors = assign(st.ols("y ~ x", DATA), st.Normal(0, 3), st.HalfCauchy(2))
    assert [repr(prior) for prior in priors.each] == ["Normal(0, 3)", "Normal(0, 3)", "HalfCauchy(2)"]
    assert priors.plain
    theta = np.array([0.3, -1.0, 2.0])
    expected = stats.norm(0, 3).logpdf(theta[:2]).sum() + stats.halfcauchy(0, 2).logpdf(2.0)
    assert_allclose(priors.evaluate(theta)[0], expected, rtol=1e-13)
    assert_allclose(priors.pointwise(theta[None]).sum(), expected, rtol=1e-13)


def test_a_dict_is_by_name_and_the_rest_is_default():
    priors = assign(st.logistic("ill ~ x + z", DATA), {"z": st.Laplace(0, 1)})
    assert [bool(why) for why in priors.why] == [True, True, False]
    assert repr(priors.each[2]) == "Laplace(0, 1)"
    assert priors.lines()[1].startswith("x ~ Normal(0, 1.45")
    assert "2.5 per standard deviation of the column" in priors.lines()[1]


def test_a_term_of_softmax_stands_for_all_categories():
    priors = assign(st.softmax("g ~ x", DATA), {"x": st.Cauchy(0, 1), "c: x": st.Flat()})
    assert [repr(prior) for prior in priors.each[1::2]] == ["Cauchy(0, 1)", "Flat()"]


def test_gradient_is_the_slope_of_the_joint_density():
    priors = assign(st.ols("y ~ x + z", DATA), {"x": st.StudentT(3, 0, 1)})
    theta, h = np.array([2.0, 0.4, 0.1, 1.3]), 1e-6
    slope = [(priors.evaluate(theta + h * e)[0] - priors.evaluate(theta - h * e)[0]) / (2 * h) for e in np.eye(4)]
    assert_allclose(priors.evaluate(theta)[1], slope, rtol=1e-6)  # central differences
    h = 1e-5
    bend = [-(priors.evaluate(theta + h * e)[1] - priors.evaluate(theta - h * e)[1]) / (2 * h) for e in np.eye(4)]
    assert_allclose(priors.curvature(theta), bend, rtol=1e-4, atol=1e-6)  # differences of differences


@pytest.mark.parametrize("factor", [1e-3, 1.0, 1e4])
def test_defaults_do_not_depend_on_units_or_origin(factor):
    """The prior of the linear predictor at every row is the same for x and for a x + b."""
    other = DATA | {"x": [factor * x + 7.0 for x in DATA["x"]]}
    spread = []
    for data in (DATA, other):
        model = st.logistic("ill ~ x + z", data)
        draws = assign(model).sample(4000, seed=1)
        spread.append(draws @ model.rows.X.T)
    assert_allclose(spread[0], spread[1], rtol=1e-6, atol=1e-6)  # a shift of 2,000 costs digits of the intercept


def test_default_of_the_intercept_speaks_of_the_mean_of_the_columns():
    model = st.ols("y ~ x + z", DATA)
    priors = assign(model)
    draws = priors.sample(20000, seed=0)
    center = draws[:, :3] @ model.rows.X.mean(axis=0)
    y = model.rows.y
    assert_allclose(center.mean(), y.mean(), atol=4 * 2.5 * y.std() / np.sqrt(20000))
    assert_allclose(center.std(), 2.5 * y.std(), rtol=0.03)  # 20,000 draws
    assert_allclose(draws[:, -1].mean(), y.std(), rtol=0.03)
    assert_allclose(np.linalg.det(priors.rows), 1.0)


def test_defaults_of_counts_and_other_models():
    counts = {"k": [0, 9, 1, 4, 30, 2], "x": [1.0, 2.0, 3.0, 4.0, 5.0, 9.0]}
    for model in (st.poisson("k ~ x", counts, exposure=[2.0] * 6), st.negative_binomial("k ~ x", counts)):
        first = assign(model).each[0]
        assert_allclose(first.mean, np.log(np.mean(counts["k"]) / (2.0 if model.kind == "poisson" else 1.0)))
    assert repr(assign(st.negative_binomial("k ~ x", counts)).each[-1]) == "Exponential(1)"
    assert repr(assign(st.coin([0, 1])).each[0]) == "Uniform(0, 1)"
    own = st.custom(lambda t: -float(t @ t), start={"a": 1.0})
    assert repr(assign(own).each[0]) == "Flat()"


@pytest.mark.parametrize(
    ("prior", "sigma", "message"),
    [
        (
            {"w": st.Normal(0, 1)},
            None,
            "names 'w', which Linear regression does not have. Its parameters are Intercept, x",
        ),
        ({"sigma": st.HalfCauchy(1)}, None, "the noise scale has sigma="),
        ("flat", None, "the prior of Intercept is a distribution such as"),
        (st.Normal, None, "the prior of Intercept is a distribution such as"),
        (st.Normal([0.0, 1.0], [1.0, 1.0]), None, "is about one number"),
        (None, st.Normal(0, 1), "sigma lies between 0 and inf, and the prior Normal"),
    ],
)
def test_priors_that_do_not_fit(prior, sigma, message):
    with pytest.raises(st.IncompatibleError, match=message):
        assign(st.ols("y ~ x", DATA), prior, sigma)


def test_what_a_model_does_not_have():
    with pytest.raises(st.IncompatibleError, match="Logistic regression has none; leave it out"):
        assign(st.logistic("ill ~ x", DATA), sigma=st.HalfCauchy(1))
    with pytest.raises(st.IncompatibleError, match=r"theta lies between 0 and 1.*Use st\.Beta"):
        assign(st.coin([0, 1, 1]), st.Normal(0, 1))
    counts = {"k": [0, 9, 1, 4], "x": [1.0, 2.0, 3.0, 4.0]}
    with pytest.raises(st.DomainError, match="flat prior of alpha may have no posterior"):
        assign(st.negative_binomial("k ~ x", counts), {"alpha": st.Flat()})
    with pytest.raises(st.IncompatibleError, match="Its parameters are Intercept, x, alpha"):
        assign(st.negative_binomial("k ~ x", counts), {"log alpha": st.Flat()})
    with pytest.raises(st.IncompatibleError, match="one likelihood; One-vs-rest"):
        assign(st.one_vs_rest("g ~ x", DATA))
