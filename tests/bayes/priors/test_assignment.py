"""Which prior each parameter gets, what defaults mean, and that the joint density is what the lines say."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.bayes.priors.assignment import assign

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
        ({"sigma": st.HalfCauchy(1)}, st.HalfCauchy(2), "sigma= and prior= both name the prior of sigma"),
        ({"log sigma": st.Normal(0, 1)}, None, "Its parameters are Intercept, x, sigma"),
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
    model = st.negative_binomial("k ~ x", counts)
    with pytest.raises(st.DomainError, match=r"flat prior of log alpha.*Use st\.Normal"):
        assign(model, {"log alpha": st.Flat()})
    with pytest.raises(st.IncompatibleError, match="one parameter; give one of them"):
        assign(model, {"log alpha": st.Normal(0, 1), "alpha": st.Exponential(1)})
    with pytest.raises(st.IncompatibleError, match="Its parameters are Intercept, x, alpha, log alpha"):
        assign(model, {"beta": st.Normal(0, 1)})
    with pytest.raises(st.IncompatibleError, match="two parameters named 'alpha'"):
        assign(st.negative_binomial("k ~ alpha", {"k": [0, 9, 1, 4], "alpha": [1.0, 2.0, 3.0, 4.0]}))
    with pytest.raises(st.IncompatibleError, match="one likelihood; One-vs-rest"):
        assign(st.one_vs_rest("g ~ x", DATA))


GROUPS = {"k": [3, 1, 7, 2, 9, 4], "m": [5, 9, 3, 8, 1, 6], "x": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]}
EVERY = {
    "ols": (st.ols, "x ~ k"),
    "negative binomial": (st.negative_binomial, "k ~ x"),
    "beta-binomial": (st.beta_binomial, "k + m ~ 1"),
    "softmax": (st.softmax, "C(k, levels=[3, 1, 7, 2, 9, 4]) ~ 1"),
}


@pytest.mark.parametrize("name", EVERY)
def test_every_name_that_a_fit_or_a_posterior_prints_is_a_key(name):
    make, formula = EVERY[name]
    model = make(formula, GROUPS)
    posterior = assign(model).names
    for key in {*model.names, *posterior}:
        free = key in model.names
        prior = assign(model, {key: st.Normal(0, 1) if free else st.Exponential(1)})
        place = posterior.index(key.removeprefix("log ") if key not in posterior else key)
        assert prior.why[place] == ""
        assert sum(why == "" for why in prior.why) == 1


@pytest.mark.parametrize(
    ("make", "formula", "key"),
    [(*EVERY[n], k) for n, k in [("negative binomial", "log alpha"), ("beta-binomial", "log precision")]],
)
def test_a_prior_of_the_logarithm_is_one_of_the_logarithm(make, formula, key):
    """log x ~ Normal: x is log-normal, and its draws before the data are too."""
    priors = assign(make(formula, GROUPS), {key: st.Normal(-1, 0.5)})
    x = np.array([0.05, 0.3, 1.0, 4.0])
    one = priors.each[-1]
    np.testing.assert_allclose(one.log_density(x), stats.lognorm(0.5, scale=np.exp(-1)).logpdf(x), rtol=1e-12)
    assert priors.table().prior.iloc[-1] == "exp of Normal(-1, 0.5)"
    draws = priors.sample(4000, seed=1)[:, -1]
    assert abs(np.log(draws).mean() + 1) < 0.05


@pytest.mark.nightly
def test_the_posterior_of_the_logarithm_is_that_of_the_density_changed():
    """Importance sampling with the prior on log alpha, against the posterior on a grid of alpha."""
    g = np.random.default_rng(2)
    data = {"k": g.poisson(3 * g.gamma(2, 0.5, 40))}
    model = st.negative_binomial("k ~ 1", data)
    prior = {"Intercept": st.Normal(1, 1), "log alpha": st.Normal(-0.5, 0.3)}
    found = st.posterior(model, prior=prior, method="importance", seed=1, draws=4000)
    b, z = (axis.ravel() for axis in np.meshgrid(np.linspace(0, 2.5, 80), np.linspace(-2.5, 1.5, 80)))
    log = [model.loglik([i, j]) for i, j in zip(b, z, strict=True)]
    log += stats.norm(1, 1).logpdf(b) + stats.norm(-0.5, 0.3).logpdf(z)
    share = np.exp(log - np.max(log)) / np.exp(log - np.max(log)).sum()
    assert abs(found.mean[1] - share @ np.exp(z)) < 4 * found.sd[1] / np.sqrt(2000)  # of 4000 draws about half count


@pytest.mark.parametrize(
    "prior", [st.Normal(0, 1e-100), st.Cauchy(0, 1e-100), st.Normal(0, 1e-12), st.Gamma(3.0, 1e30)], ids=repr
)
def test_the_curvature_of_a_narrow_prior_far_from_it(prior):
    """Where a step of the prior's width is lost in rounding: compared with a step of a millionth of theta."""
    model = st.poisson([3, 1, 2, 0], np.ones((4, 1)), intercept=False)
    theta, h = np.array([0.3]), 1e-6
    slope = (prior.slope(0.3 + h) - prior.slope(0.3 - h)) / (2 * h)
    # Rounding of two slopes of 0.3 that differ by a part in 1e8.
    assert_allclose(assign(model, prior).curvature(theta), [[-slope]], rtol=1e-6)
