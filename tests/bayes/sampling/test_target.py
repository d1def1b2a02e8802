"""The density on the whole line: its gradient and curvature, its mode, and that it is the posterior of x(u)."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import integrate, stats

import stattools as st
from stattools.bayes.priors.assignment import assign
from stattools.bayes.sampling.target import mode, target

RNG = np.random.default_rng(7)
N = 60
X = RNG.normal(size=N)
DATA = {
    "x": X,
    "z": RNG.normal(size=N) * 30 + 2000,
    "y": 1 + 2 * X + RNG.normal(size=N),
    "ill": (RNG.random(N) < 1 / (1 + np.exp(-X))).astype(int),
    "k": RNG.poisson(np.exp(0.5 + 0.3 * X) * RNG.gamma(2, 0.5, N)),
    "g": RNG.choice(list("abc"), N),
    "t": RNG.integers(1, 9, N),
}
DATA["s"] = RNG.binomial(DATA["t"], 1 / (1 + np.exp(-X)))
W = RNG.integers(0, 4, N).astype(float)

MODELS = {
    "ols": (st.ols("y ~ x + z", DATA), {}),
    "weighted ols": (st.ols("y ~ x", DATA, weights=W, precision=np.exp(X), offset=X), {"sigma": st.Flat()}),
    "logistic": (st.logistic("ill ~ x + z", DATA), {"prior": st.StudentT(3, 0, 1)}),
    "bounded slope": (st.logistic("ill ~ x + z", DATA), {"prior": {"x": st.HalfNormal(2), "z": st.Uniform(-1, 2)}}),
    "probit": (st.probit("ill ~ x", DATA), {}),
    "poisson": (st.poisson("k ~ x", DATA, exposure=np.exp(X)), {}),
    "negative binomial": (st.negative_binomial("k ~ x", DATA), {}),
    "softmax": (st.softmax("g ~ x + z", DATA), {}),
    "grouped": (st.logistic("s ~ x", DATA, trials="t"), {"prior": st.Flat()}),
    "coin": (st.coin([1, 0, 1, 1]), {"prior": st.Beta(0.5, 0.5)}),
    "custom": (
        st.custom(
            lambda t: float(-0.5 * np.sum((DATA["y"] - t[0]) ** 2) * np.exp(-2 * t[1]) - N * t[1]),
            start={"mu": 1.0, "log s": 0.0},
        ),
        {},
    ),
}


@pytest.fixture(params=MODELS, ids=str)
def case(request):
    model, options = MODELS[request.param]
    return target(model, assign(model, options.get("prior"), options.get("sigma"))), request.param


def test_derivatives_are_those_of_the_density(case):
    density, name = case
    center = mode(density)
    for z in (np.full(len(center.center), 0.3), np.linspace(-1.0, 0.7, len(center.center))):
        h = 1e-5
        axes = np.eye(len(z))
        value, gradient = center.at(z)
        slope = [(center.at(z + h * e)[0] - center.at(z - h * e)[0]) / (2 * h) for e in axes]
        assert_allclose(gradient, slope, rtol=1e-5, atol=2e-5)  # differences of values near 100
        u = center.center + center.W @ z
        assert_allclose(density.evaluate(u, 2).score, density.evaluate(u, 1).score, rtol=1e-10, atol=1e-9)
        assert_allclose(density.evaluate(u, 0).loglik, value, rtol=1e-12)
        bend = -np.array([(center.at(z + h * e)[1] - center.at(z - h * e)[1]) / (2 * h) for e in axes])
        information = center.W.T @ density.evaluate(u, 2).information @ center.W
        near = 1e-4 if name not in ("custom", "grouped") else 2e-3  # twice by differences; expected = observed
        assert_allclose(information, bend, rtol=near, atol=near)


def test_the_mode_is_whitened(case):
    density, _ = case
    center = mode(density)
    assert np.abs(center.at(np.zeros(len(center.center)))[1]).max() < 1e-4
    information = density.evaluate(center.center).information
    assert_allclose(center.W.T @ information @ center.W, np.eye(len(information)), atol=1e-5)


@pytest.mark.parametrize("prior", [st.HalfNormal(1), st.Exponential(2), st.Uniform(0.0, 3.0), st.Flat()])
def test_a_density_of_u_integrates_like_the_density_of_x(prior):
    """One free parameter, sigma: the integral over u is that over sigma, whatever the map between them."""
    y = np.array([0.3, -1.2, 0.8, 2.0])
    model = st.ols(y, np.zeros((4, 0)))
    density = target(model, assign(model, st.Normal(0, 1e-9), prior))
    u0 = density.start
    assert u0.shape == (2,)

    def of_sigma(s):
        return float(np.prod(np.exp(-0.5 * (y / s) ** 2) / s / np.sqrt(2 * np.pi)) * prior.density(s))

    tight = density.priors.evaluate(np.array([0.0, 1.0]))[0] - prior.log_density(1.0)
    high = prior.support[1]
    direct = integrate.quad(of_sigma, 0, high, limit=200)[0]

    def of_u(v):
        return float(np.exp(density.evaluate(np.array([0.0, v]), 0).loglik - tight))

    assert_allclose(integrate.quad(of_u, -25, 25, limit=200)[0], direct, rtol=1e-7)


def test_the_likelihood_of_least_squares_is_that_of_the_rows():
    model = MODELS["weighted ols"][0]
    data = target(model, assign(model)).data
    beta, sigma = np.array([0.4, 1.7]), 1.3
    residual = model.rows.y - model.rows.offset - model.rows.X @ beta
    each = -0.5 * residual**2 * model.rows.precision / sigma**2 - np.log(sigma) + 0.5 * np.log(model.rows.precision)
    assert_allclose(data.evaluate(np.append(beta, sigma), 0).loglik, W @ (each - 0.5 * np.log(2 * np.pi)), rtol=1e-12)


def test_no_mode_is_an_error_that_says_so():
    rising = st.custom(lambda t: float(t[0]), start={"a": 0.0}, score=lambda t: np.ones(1))
    with pytest.raises((st.IdentificationError, st.DomainError), match=r"no mode|does not depend"):
        mode(target(rising, assign(rising)))


def test_many_points_at_once_are_one_by_one_up_to_a_constant(case):
    density, _ = case
    center = mode(density)
    u = center.center + np.random.default_rng(3).normal(size=(6, len(center.center))) @ center.W.T
    one_by_one = np.array([density.evaluate(point, 0).loglik for point in u])
    assert_allclose(np.diff(density.log_densities(u)), np.diff(one_by_one), rtol=1e-9, atol=1e-9)


@pytest.mark.slow
def test_a_funnel_without_a_mode_is_refused_in_words():
    """The density of (v, x) rises without bound as v falls and x goes to 0."""

    def funnel(t):
        return float(-0.5 * np.sum(t[1:] ** 2) * np.exp(-t[0]) - 0.5 * (len(t) - 1) * t[0])

    with pytest.raises(st.IdentificationError, match=r"no mode .*as in a funnel.*write the others as the scale times"):
        st.posterior(st.custom(funnel, start=np.zeros(10)), draws=50, chains=1)


def test_a_funnel_with_a_mode_says_that_its_draws_are_not_to_be_trusted():
    def score(t):
        return np.array([-t[0] / 9 + 0.5 * t[1] ** 2 * np.exp(-t[0]) - 0.5, -t[1] * np.exp(-t[0])])

    narrow = st.custom(
        lambda t: float(-(t[0] ** 2) / 18 - 0.5 * t[1] ** 2 * np.exp(-t[0]) - 0.5 * t[0]),
        start=np.zeros(2),
        score=score,
    )
    draws = st.posterior(narrow, draws=50, chains=1, tune=50, seed=1)
    assert not draws.diagnostics.ok
    assert st.validate(draws).sentence.startswith("The draws are not to be trusted before any comparison: ")


def test_neals_funnel_has_a_mode_at_its_end():
    """(v, x) = (-9 (q - 1) / 2, 0), where the units of the start are 1e9 times too long."""

    def funnel(t):
        return float(-(t[0] ** 2) / 18 - 0.5 * np.sum(t[1:] ** 2) * np.exp(-t[0]) - 0.5 * (len(t) - 1) * t[0])

    found = mode(target(*_of_custom(st.custom(funnel, start=np.zeros(10)))))
    assert_allclose(found.center, np.append(-40.5, np.zeros(9)), atol=1e-5)
    assert_allclose(np.sqrt(np.diagonal(found.W @ found.W.T)), np.append(3.0, np.full(9, np.exp(-20.25))), rtol=1e-5)


Y = np.random.default_rng(0).gamma(3.0, 2.0, 400)


@pytest.mark.parametrize("start", [(3.0, 2.0), (100.0, 0.01), (0.01, 100.0)])
@pytest.mark.parametrize("prior", [st.Normal(0, 1000), st.HalfNormal(100)], ids=["free", "positive"])
def test_the_mode_of_a_users_own_density_does_not_depend_on_its_start(start, prior):
    """In the units of the start (100, 0.01) standard deviations were up to 13 % off, and importance sampling failed."""

    def gamma(t):
        return float(stats.gamma.logpdf(Y, t[0], scale=t[1]).sum()) if min(t) > 0 else -np.inf

    near, far = (mode(target(*_of_custom(st.custom(gamma, start=place), prior))) for place in ((3.1, 1.9), start))
    # the climb ends within 1e-6 standard deviations
    assert (np.abs(np.linalg.solve(near.W, far.center - near.center)) <= 3e-6).all()
    assert_allclose(far.W @ far.W.T, near.W @ near.W.T, rtol=1e-5)
    z = np.array([0.3, -0.7])
    h = 1e-4
    slope = [(far.at(z + h * e)[0] - far.at(z - h * e)[0]) / (2.0 * h) for e in np.eye(2)]
    assert_allclose(far.at(z)[1], slope, rtol=1e-5)


def _of_custom(model, prior=None):
    return model, assign(model, st.Flat() if prior is None else prior)


def test_a_prior_narrower_than_any_data_keeps_its_place():
    """sd 1e-100: the mode is that of the prior, to the digits of the prior."""
    model = st.ols([1.0, 3.0, 2.0, 5.0], [0.0, 1.0, 2.0, 3.0])
    found = mode(target(model, assign(model, st.Normal(0, 1e-100), st.HalfNormal(5.0))))
    assert_allclose(found.center[:2], 0.0, atol=1e-98)
    assert_allclose(np.diagonal(found.W)[:2], 1e-100, rtol=1e-6)


def test_the_start_is_inside_what_the_prior_allows():
    """The median of this prior is 0 in float64, the end of its line, where the data's start is beyond that end."""
    model = st.poisson([4, 3, 0, 2, 1], [-0.8, -1.3, 0.4, 0.1, 0.9])
    density = target(model, assign(model, st.Gamma(1e-100, 1e-100)))
    assert np.isfinite(density.evaluate(density.start).loglik)
