"""Posteriors: the pair finds its closed form, or a sentence says what would work."""

from functools import cache

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal, assert_array_less
from scipy import stats

import stattools as st
from stattools.bayes.conjugate.pairs import CLOSED_FORMS
from stattools.bayes.priors.assignment import assign
from stattools.bayes.sampling.target import mode, target
from tests.sizes import first, slowly


@pytest.mark.parametrize("model", [st.coin([1, 0, 1, 1, 0, 1]), st.binomial(4, 6)])
def test_the_closed_form_of_trials_and_beta(model):
    posterior = st.posterior(model, prior=st.Beta(1, 1))
    assert posterior == st.Beta(5, 3)
    assert posterior.log_evidence == st.Beta(1, 1).update(model).log_evidence


def test_a_posterior_is_a_prior():
    first, second = st.coin([1, 0, 1]), st.coin([1, 0, 1])
    twice = st.posterior(second, prior=st.posterior(first, prior=st.Beta(1, 1)))
    assert twice == st.posterior(st.coin([1, 0, 1] * 2), prior=st.Beta(1, 1))
    assert twice.prior == st.Beta(1, 1)


def test_every_pair_is_listed_once():
    assert all(isinstance(model, type) and isinstance(prior, type) for model, prior in CLOSED_FORMS)


def test_without_a_prior_every_probability_of_a_coin_is_alike():
    assert st.posterior(st.coin([1, 0, 1])) == st.Beta(3, 2)


@pytest.mark.parametrize("prior", ["flat", st.Beta, (1, 1)])
def test_the_prior_must_be_a_distribution(prior):
    with pytest.raises(st.IncompatibleError, match=r"the prior of theta is a distribution such as st\.Beta\(a, b\)"):
        st.posterior(st.coin([1, 0]), prior=prior)


@pytest.mark.parametrize("data", [[1, 0, 1], None, "coin", st.Beta(1, 1)])
def test_data_are_not_a_model(data):
    with pytest.raises(st.IncompatibleError, match=f"posterior needs a model; got {type(data).__name__}"):
        st.posterior(data, prior=st.Beta(1, 1))


RNG = np.random.default_rng(3)
N = 80
X = RNG.normal(size=N)
DATA = {
    "x": X,
    "w": 0.97 * X + 0.2 * RNG.normal(size=N),
    "y": 1 + 2 * X + RNG.normal(size=N),
    "ill": (RNG.random(N) < 1 / (1 + np.exp(-X))).astype(int),
    "k": RNG.poisson(np.exp(0.5 + 0.3 * X)),
}


def agrees(draws, mean, sd):
    """Means within 0.05 posterior standard deviations plus four Monte Carlo errors, standard deviations within 5 %."""
    error = draws.diagnostics.mcse
    assert draws.diagnostics.ok, str(draws.diagnostics)
    assert_array_less(np.abs(draws.mean - mean), 0.05 * np.asarray(sd) + 4.0 * error)
    assert_allclose(draws.sd, sd, rtol=0.05)


@pytest.mark.parametrize("method", slowly(["nuts", "laplace", "importance"], "nuts"))
def test_draws_of_a_coin_agree_with_the_exact_posterior(method):
    model = st.coin([1] * 30 + [0] * 20)
    exact = st.posterior(model, prior=st.Beta(2, 3))
    draws = st.posterior(model, prior=st.Beta(2, 3), method=method, seed=1)
    agrees(draws, [exact.mean], [exact.sd])
    low, high = draws.interval(0.9, kind="eti")
    assert_allclose([low[0], high[0]], exact.interval(0.9, kind="eti"), atol=0.01)  # 4,000 draws
    assert abs(draws.probability(low=0.5, name="theta") - exact.probability(low=0.5)) < 0.03


@pytest.mark.slow
def test_flat_linear_regression_is_student_t():
    """With beta and sigma flat, beta is t with n - p - 1 degrees of freedom, its scale that of rss / (n - p - 1)."""
    model = st.ols("y ~ x", DATA)
    fit = st.fit(model)
    df = fit.df - 1
    rss = fit.scale**2 * fit.df
    sd = fit.se / fit.scale * np.sqrt(rss / df) * np.sqrt(df / (df - 2))
    sigma = stats.invgamma(df / 2, scale=rss / 2)
    mean_sigma = sigma.expect(np.sqrt)
    sd_sigma = np.sqrt(sigma.mean() - mean_sigma**2)
    for method in ("nuts", "importance"):
        draws = st.posterior(model, prior=st.Flat(), sigma=st.Flat(), method=method, draws=2000, seed=1)
        agrees(draws, np.append(fit.estimate, mean_sigma), np.append(sd, sd_sigma))


def quadrature(density, center, W, reach=7.0, points=61):
    """Mean and sd of x(u) by the product trapezoid in whitened coordinates, exact to many digits."""
    grid = np.linspace(-reach, reach, points)
    q = len(center)
    z = np.stack(np.meshgrid(*[grid] * q, indexing="ij"), axis=-1).reshape(-1, q)
    logs = density.log_densities(center + z @ W.T)
    weight = np.exp(logs - logs.max())
    weight /= weight.sum()
    x = density.transforms.values(z @ W.T + center)
    mean = weight @ x
    return mean, np.sqrt(weight @ (x - mean) ** 2)


CASES = {
    "half-Cauchy sigma": (st.ols("y ~ 1", DATA), None, st.HalfCauchy(1)),
    "logistic N(0, 1)": (st.logistic("ill ~ x", DATA), st.Normal(0, 1), None),
    "logistic lasso": (st.logistic("ill ~ x", DATA), st.Laplace(0, 0.3), None),
    "probit t": (st.probit("ill ~ x", DATA), st.StudentT(3, 0, 1), None),
    "poisson Cauchy": (st.poisson("k ~ x", DATA), st.Cauchy(0, 1), None),
    "positive slope": (st.logistic("ill ~ x", DATA), {"x": st.HalfNormal(0.5)}, None),
    "collinear": (st.ols("y ~ 0 + x + w", DATA), st.Normal(0, 1), st.HalfCauchy(1)),
}


@pytest.mark.parametrize(
    "name", slowly(CASES, *(name for name in CASES if name not in ("positive slope", "collinear")))
)
def test_draws_agree_with_quadrature(name):
    model, prior, sigma = CASES[name]
    center = mode(target(model, assign(model, prior, sigma)))
    points = 61 if len(center.center) < 3 else 25
    mean, sd = quadrature(center.target, center.center, center.W, points=points)
    for method in ("nuts", "importance"):
        agrees(st.posterior(model, prior=prior, sigma=sigma, method=method, draws=2000, chains=2, seed=2), mean, sd)


def test_same_seed_same_draws():
    model = st.logistic("ill ~ x", DATA)
    for method, options in (("nuts", {"chains": 2, "tune": 100}), ("importance", {}), ("laplace", {})):
        one, again, other = (st.posterior(model, method=method, draws=50, seed=s, **options) for s in (5, 5, 6))
        assert_array_equal(one.draws, again.draws)
        assert np.abs(one.draws - other.draws).max() > 0.01
    generator = [
        st.posterior(model, draws=50, chains=1, tune=100, seed=np.random.default_rng(1)).draws for _ in range(2)
    ]
    assert_array_equal(*generator)


@pytest.mark.slow
def test_twice_the_rows_are_weights_of_two():
    twice = {name: np.concatenate([column, column]) for name, column in DATA.items()}
    for prior in (st.Normal(0, 1), st.Flat()):
        a = st.posterior(st.logistic("ill ~ x", twice), prior=prior, draws=200, seed=1)
        b = st.posterior(st.logistic("ill ~ x", DATA, weights=np.full(N, 2.0)), prior=prior, draws=200, seed=1)
        assert_allclose(a.mean, b.mean, atol=0.1 * a.sd.max())  # chains of the same seed drift apart by round-off


@pytest.mark.slow
def test_units_of_a_column_do_not_matter_under_the_default():
    scaled = DATA | {"x": 1000.0 * X + 5.0}
    a = st.posterior(st.ols("y ~ x", DATA), draws=1000, seed=1)
    b = st.posterior(st.ols("y ~ x", scaled), draws=1000, seed=1)
    assert_allclose(1000.0 * b["x"].mean(), a["x"].mean(), atol=0.1 * a.sd[1])
    assert_allclose(b["sigma"].mean(), a["sigma"].mean(), atol=0.1 * a.sd[2])


@pytest.mark.slow
def test_a_custom_likelihood_gets_a_posterior_like_any_other():
    y = np.asarray(DATA["y"])
    own = st.custom(
        lambda t: float(-0.5 * np.sum((y - t[0]) ** 2) * np.exp(-2 * t[1]) - N * t[1]),
        start={"mu": 0.0, "log sigma": 0.0},
        n=N,
    )
    draws = st.posterior(own, prior={"mu": st.Normal(0, 10)}, seed=1)
    n, s2 = N, y.var(ddof=1)
    agrees(draws, [y.mean(), 0.5 * np.log(s2 * (n - 1) / (n - 1))], [np.sqrt(s2 / n) * 1.013, 1 / np.sqrt(2 * (n - 1))])


@pytest.mark.slow
def test_more_columns_than_rows_with_a_proper_prior():
    random = np.random.default_rng(0)
    X, y = random.normal(size=(10, 15)), random.normal(size=10)
    chances = (y > 0).astype(int)
    draws = st.posterior(st.logistic(chances, X, intercept=False), prior=st.Normal(0, 1), seed=1)
    assert draws.diagnostics.ok
    with pytest.raises(st.IdentificationError, match="has no mode"):  # unbounded where 15 columns fit 10 rows exactly
        st.posterior(st.ols(y, X, intercept=False), prior=st.Normal(0, 1), sigma=st.HalfNormal(1))
    with pytest.raises(st.IdentificationError, match=r"improper: under the flat prior .*only 10 rows"):
        st.posterior(st.ols(y, X), prior=st.Flat())


def test_improper_posteriors_are_refused_with_the_reason():
    apart = {"y": [0, 0, 0, 1, 1, 1], "x": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "v": [1.0, 0.0, 1.0, 1.0, 0.0, 0.0]}
    model = st.logistic("y ~ x + v", apart)
    with pytest.raises(st.IdentificationError, match=r"improper: under the flat prior of Intercept, x, v.*separated"):
        st.posterior(model, prior=st.Flat())
    with pytest.raises(st.IdentificationError, match="improper: under the flat prior of Intercept, x the outcomes"):
        st.posterior(model, prior={"Intercept": st.Flat(), "x": st.Flat()})
    assert st.posterior(model, prior={"Intercept": st.Flat(), "v": st.Flat()}, draws=50, seed=1).draws.shape[-1] == 3
    assert st.posterior(model, draws=50, seed=1).draws.shape == (4, 50, 3)
    same = st.ols("y ~ x + I", {"y": DATA["y"], "x": X, "I": 2.0 * X})
    with pytest.raises(st.IdentificationError, match=r"improper: under the flat prior.*do not determine"):
        st.posterior(same, prior=st.Flat())
    few = st.ols("y ~ x", {"y": [1.0, 2.0, 4.0], "x": [0.0, 1.0, 2.0]})
    with pytest.raises(st.IdentificationError, match="with sigma flat it needs at least two more observations"):
        st.posterior(few, prior=st.Flat(), sigma=st.Flat())
    zeros = st.poisson("k ~ g", {"k": [0, 0, 0, 3, 1, 2], "g": ["a", "a", "a", "b", "b", "b"]})
    with pytest.raises(st.IdentificationError, match="improper"):
        st.posterior(zeros, prior=st.Flat())


def test_options_are_checked():
    model = st.logistic("ill ~ x", DATA)
    with pytest.raises(st.DomainError, match="posterior has methods 'nuts', 'laplace', 'importance'; got method='vi'"):
        st.posterior(model, method="vi")
    with pytest.raises(st.DomainError, match="draws is one whole number, at least 4; got 0"):
        st.posterior(model, draws=0)
    with pytest.raises(st.DomainError, match="seed= is one whole number"):
        st.posterior(model, seed="a")
    with pytest.raises(st.IncompatibleError, match="has no iterations=: use draws=1000"):
        st.posterior(model, iterations=5)
    with pytest.raises(st.IncompatibleError, match="one likelihood; One-vs-rest"):
        st.posterior(st.one_vs_rest("g ~ x", {"g": ["a", "b", "c"] * 3, "x": X[:9]}))


def test_laplace_refuses_what_is_far_from_normal():
    """Separated outcomes, and successes only: the log odds have a long tail on one side."""
    model = st.logistic("y ~ x", {"y": [0, 0, 0, 1, 1, 1], "x": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]})
    with pytest.raises(st.ConvergenceError, match=r"k-hat of 0\.\d+ is below 0\.7.*wrong by 0\.\d+ standard dev.*nuts"):
        st.posterior(model, prior=st.Normal(0, 10), method="laplace")
    with pytest.raises(st.ConvergenceError, match=r"(k-hat is 0\.[78]|wrong by 0\.\d+ stand).*method=.nuts"):
        st.posterior(st.coin([1] * 20), prior=st.Uniform(0, 1), method="laplace")


def close_thresholds(random, theta, x):
    return np.digitize(theta[0] * x + random.logistic(size=len(x)), theta[1:])


@pytest.mark.slow
def test_thresholds_that_nearly_meet_are_followed():
    """In the parameters themselves 5 of 100 steps diverge here."""
    random = np.random.default_rng(1)
    x = random.normal(size=80)
    model = st.ordinal("y ~ x", {"y": close_thresholds(random, np.array([1.0, -1.0, -0.9, 1.0]), x), "x": x + 5.0})
    found = st.posterior(model, draws=300, chains=2, seed=1)
    assert "no divergences" in str(found)
    assert (np.diff(found.flat[:, 1:], axis=1) > 0.0).all()
    agrees(found, *(lambda other: (other.mean, other.sd))(st.posterior(model, method="importance", seed=2)))


@pytest.mark.nightly
def test_simulation_based_calibration_of_thresholds():
    """Slope and thresholds from their prior, in order: the ranks of all are uniform."""
    random, ranks, kept = np.random.default_rng(12), [], 99
    x = random.normal(size=30)
    while len(ranks) < 60:
        theta = np.append(random.normal(), np.sort(random.normal(0.0, 1.0, 2)))
        eta = x - x.mean()  # a prior of thresholds is about those at the mean of the columns
        y = close_thresholds(random, theta, eta)
        if len(np.unique(y)) < 3:
            ranks.append(None)
            continue
        model = st.ordinal("y ~ x", {"y": y, "x": eta})
        draws = st.posterior(model, prior=st.Normal(0, 1), draws=2 * kept, chains=1, tune=150, seed=len(ranks))
        ranks.append((draws.draws[0, ::2] < theta).sum(axis=0))
    counted = np.array([rank for rank in ranks if rank is not None])
    for j in range(3):
        assert stats.chisquare(np.histogram(counted[:, j], bins=5, range=(0, kept + 1))[0]).pvalue > 1e-3


RANKS = {
    "logistic": lambda data: st.logistic("y ~ x", data),
    "poisson": lambda data: st.poisson("y ~ x", data),
    "linear": lambda data: st.ols("y ~ x", data),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", first(1, RANKS, pytest.mark.nightly))
def test_simulation_based_calibration(name):
    """The rank of the true parameter among posterior draws is uniform (Talts et al. 2018)."""
    random, ranks, rounds, kept = np.random.default_rng(11), [], 100, 99
    x = random.normal(size=30)
    while len(ranks) < rounds:
        beta, sigma = random.normal(0.0, 1.0, 2), random.exponential(1.0)
        eta = beta[0] + beta[1] * x
        if name == "logistic":
            y = (random.random(30) < 1 / (1 + np.exp(-eta))).astype(float)
        else:
            y = random.poisson(np.exp(eta)).astype(float) if name == "poisson" else random.normal(eta, sigma)
        if name != "linear" and (y.sum() == 0 or (name == "logistic" and y.sum() == 30)):
            y = None  # refused as data: the model has nothing to say about them
        if y is None:
            ranks.append(None)
            continue
        options = {"sigma": st.Exponential(1)} if name == "linear" else {}
        draws = st.posterior(
            RANKS[name]({"y": y, "x": x}), prior=st.Normal(0, 1), draws=2 * kept, chains=1, tune=150, seed=len(ranks),
            **options,
        )  # fmt: skip
        truth = np.append(beta, sigma) if name == "linear" else beta
        ranks.append(np.sum(draws.draws[0, ::2] < truth, axis=0))
    counted = np.array([rank for rank in ranks if rank is not None])
    for j in range(counted.shape[1]):
        bins = np.histogram(counted[:, j], bins=10, range=(0, kept + 1))[0]
        assert stats.chisquare(bins).pvalue > 1e-3, (j, bins)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["logistic", "probit"])
def test_twenty_five_columns_agree_with_importance_sampling(kind):
    random = np.random.default_rng(4)
    X = random.normal(size=(500, 25))
    y = (random.random(500) < 1 / (1 + np.exp(-X @ random.normal(0, 0.3, 25)))).astype(int)
    model = getattr(st, kind)(y, X)
    reference = st.posterior(model, prior=st.Normal(0, 1), method="importance", draws=8000, chains=1, seed=9)
    agrees(st.posterior(model, prior=st.Normal(0, 1), draws=1500, seed=1), reference.mean, reference.sd)


NILE = np.array(
    [1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
     1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969, 831,
     726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759, 781, 865, 845,
     944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890, 744, 749, 838, 1050, 918,
     986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740.0]
)  # fmt: skip


@cache
def of_the_nile():
    """A grid over both log variances, and the log-likelihood there with the Jacobian."""
    u, v = np.meshgrid(np.linspace(4, 13, 51), np.linspace(-2, 12, 61), indexing="ij")
    points = np.exp(np.stack([u.ravel(), v.ravel()], axis=1))
    model = st.local_level(NILE)
    return points, np.array([model.loglik(point) for point in points]) + np.log(points).sum(axis=1)


@pytest.mark.parametrize("prior", first(0, [None, st.HalfNormal(20000.0), st.InverseGamma(2.0, 5000.0)]))
def test_variances_of_the_nile_agree_with_a_grid(prior):
    """Flow at Aswan 1871-1970 (Durbin & Koopman 2012): the double integral over both log variances."""
    model = st.local_level(NILE)
    each = assign(model, prior).each
    points, logs = of_the_nile()
    logs = logs + sum(np.asarray(p.log_density(points[:, j])) for j, p in enumerate(each))
    weight = np.exp(logs - logs.max())
    weight /= weight.sum()
    mean = weight @ points
    sd = np.sqrt(weight @ (points - mean) ** 2)
    for method in ("nuts", "importance"):
        agrees(st.posterior(model, prior=prior, method=method, draws=750, seed=1), mean, sd)


OTHERS = {
    "rate": (st.poisson_rate([3, 5, 2]), st.Gamma(2, 1)),
    "arms": (st.binomial([3, 4], [5, 6]), st.Beta(2, 3)),
    "waits": (st.geometric([3, 1, 5]), st.Beta(2, 3)),
    "mean": (st.normal([1.0, 2.0, 4.0], sd=1.5), st.Normal(0, 2)),
}


@pytest.mark.parametrize("name", OTHERS)
def test_exact_pairs_agree_with_draws(name):
    model, prior = OTHERS[name]
    exact = st.posterior(model, prior=prior)
    method = "nuts" if name == "mean" else "importance"  # a millisecond per evaluation
    draws = st.posterior(model, prior=prior, method=method, draws=2000, seed=1)
    agrees(draws, np.atleast_1d(exact.mean), np.atleast_1d(exact.sd))


@pytest.mark.slow
def test_parameters_stay_where_they_can_be():
    """Without a prior a rate is positive and not below 1, a probability of an arm in (0, 1)."""
    rate = st.posterior(st.poisson_rate([30, 40, 35]), method="importance", seed=1)
    assert abs(rate.mean[0] - 35.0) < 1.0
    sample = st.posterior(st.normal([1.0, 2.0, 4.0, 3.0]), prior=st.Normal(0, 1), seed=1, draws=300)
    assert (sample["sd"] > 0).all()
    assert st.posterior(st.multinomial([3, 4, 5])) == st.Dirichlet([1.0, 1.0, 1.0]).update(st.multinomial([3, 4, 5]))
    with pytest.raises(st.IncompatibleError, match=r"Multinomial counts needs a prior of type st\.Dirichlet"):
        st.posterior(st.multinomial([3, 4, 5]), prior=st.Normal(0, 1))
    with pytest.raises(st.IncompatibleError, match=r"rate lies between 0 and inf"):
        st.posterior(st.poisson_rate([3, 4]), prior=st.Normal(0, 1))


def test_improper_posteriors_of_other_models_are_refused():
    with pytest.raises(st.IdentificationError, match=r"improper: with sd flat it needs at least 3 measurements; got 2"):
        st.posterior(st.normal([1.0, 2.0]), prior=st.Flat(), sigma=st.Flat())
    few = st.local_level([1.0, 3.0, 2.0, 5.0, 4.0])
    with pytest.raises(st.IdentificationError, match=r"with .* flat it needs more than 5"):
        st.posterior(few, prior=st.Flat())
    own = st.custom(lambda t: -np.logaddexp(0.0, -t[0]) - 0.5 * t[1] ** 2, start={"a": 1.0, "b": 0.1})
    with pytest.raises(st.IdentificationError, match=r"improper|no mode"):
        st.posterior(own)
    slow = st.custom(lambda t: -0.5 * float(np.log1p(t[0] ** 2)), start={"a": 0.1})
    with pytest.raises(st.IdentificationError, match="improper: under the flat prior of a"):
        st.posterior(slow)


@pytest.mark.slow
def test_scores_of_your_own_likelihood_and_its_summary():
    y = np.asarray(DATA["y"])

    def loglik(t):
        return float(-0.5 * np.sum((y - t[0]) ** 2) * np.exp(-2 * t[1]) - N * t[1])

    def score(t):
        gap = (y - t[0]) * np.exp(-2 * t[1])
        return [gap.sum(), gap @ (y - t[0]) - N]

    start = {"mu": 0.0, "log sigma": 0.0}
    with_score, without = (
        st.posterior(st.custom(loglik, start=start, score=given, n=N), seed=1, draws=500) for given in (score, None)
    )
    assert_allclose(with_score.mean, without.mean, atol=0.1 * with_score.sd.max())
    assert list(with_score.summary().index) == ["theta[mu]", "theta[log sigma]"]


def test_progress_bar_in_a_terminal_only(monkeypatch):
    import nutpie

    seen = []
    kept = nutpie.sample

    def quiet(*given, **options):
        seen.append(options["progress_bar"])
        return kept(*given, **options | {"progress_bar": False})

    monkeypatch.setattr(nutpie, "sample", quiet)
    for terminal in (False, True):
        monkeypatch.setattr("sys.stderr.isatty", lambda shown=terminal: shown, raising=False)
        st.posterior(st.logistic("ill ~ x", DATA), draws=50, chains=1, seed=1)
    assert seen == [False, True]


def test_target_accept_is_a_share():
    model = st.logistic("ill ~ x", DATA)
    with pytest.raises(st.DomainError, match="target_accept is a share between 0 and 1"):
        st.posterior(model, target_accept=1.0)
    steps = [
        st.posterior(model, draws=50, chains=2, tune=200, seed=1, target_accept=t).statistics["step_size"].mean()
        for t in (0.6, 0.95)
    ]
    assert steps[1] < steps[0]


@pytest.mark.nightly
def test_simulation_based_calibration_of_the_local_level():
    random, ranks, kept = np.random.default_rng(5), [], 99
    prior = st.Exponential(1.0)
    for seed in range(48):
        variances = random.exponential(1.0, 2)
        level = np.cumsum(np.sqrt(variances[1]) * random.normal(size=30))
        y = level + np.sqrt(variances[0]) * random.normal(size=30)
        draws = st.posterior(st.local_level(y), prior=prior, draws=4 * kept, chains=1, tune=200, seed=seed)
        ranks.append(np.sum(draws.draws[0, ::4] < variances, axis=0))
    for j in range(2):
        bins = np.histogram(np.array(ranks)[:, j], bins=6, range=(0, kept + 1))[0]
        assert stats.chisquare(bins).pvalue > 1e-3, (j, bins)


def test_more_improper_posteriors_are_refused():
    apart = {"y": list("aaabbb"), "x": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "k": [0] * 6}
    for model in (st.probit([0, 0, 0, 1, 1, 1], apart["x"]), st.softmax("y ~ x", apart)):
        with pytest.raises(st.IdentificationError, match=r"improper: under the flat prior.*separated"):
            st.posterior(model, prior=st.Flat())
    with pytest.raises((st.IdentificationError, st.DomainError), match=r"improper|only zeros"):
        st.posterior(st.poisson("k ~ x", apart), prior=st.Flat())
    with pytest.raises(st.IncompatibleError, match=r"prior= names 'age', which Logistic regression does not have"):
        st.posterior(st.logistic("ill ~ x", DATA), prior={"age": st.Normal(0, 1)})


@pytest.mark.parametrize(
    "prior", [st.Normal(0, 2), st.StudentT(3, 0, 2), st.Cauchy(0, 2), st.Laplace(0, 2), st.Uniform(-9, 9), st.Flat()]
)
@pytest.mark.parametrize("kind", first(2, ["logistic", "ols", "softmax", "poisson", "probit"]))
def test_every_prior_goes_with_every_regression(kind, prior):
    data = DATA | {"g": np.array(list("abcd"))[np.arange(N) % 4]}
    outcome = {"logistic": "ill", "probit": "ill", "poisson": "k", "ols": "y", "softmax": "g"}[kind]
    posterior = st.posterior(
        getattr(st, kind)(f"{outcome} ~ x", data), prior=prior, draws=50, chains=2, tune=100, seed=1
    )
    assert np.isfinite(posterior.draws).all()
    assert posterior.summary().shape[0] == posterior.draws.shape[-1]


@pytest.mark.parametrize(
    "sigma",
    [st.HalfNormal(2), st.HalfCauchy(2), st.Exponential(1), st.Gamma(2, 1), st.InverseGamma(2, 1), st.Uniform(0, 9)],
)
def test_every_prior_of_a_scale(sigma):
    posterior = st.posterior(st.ols("y ~ x", DATA), sigma=sigma, draws=50, chains=2, tune=100, seed=1)
    assert abs(posterior["sigma"].mean() - 1.0) < 0.3


def test_a_contrast_of_beliefs_is_no_model():
    with pytest.raises(st.IncompatibleError, match="needs a model"):
        st.posterior(st.difference(st.Beta(4, 3), st.Beta(2, 5)), seed=1)
