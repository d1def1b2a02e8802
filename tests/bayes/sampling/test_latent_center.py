import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.bayes.priors.assignment import assign
from stattools.bayes.sampling.latent_center import Inner, latent_center
from stattools.bayes.sampling.target import target
from tests.latent import grouped_data

PRIOR = {"Intercept": st.Normal(0, 1), "x": st.Normal(0, 1), "sd(Intercept | g)": st.Exponential(1)}


@pytest.fixture(scope="module")
def data():
    return grouped_data.pairs("poisson", groups=10)


@pytest.fixture(scope="module")
def density(data):
    model = data.family.call("y ~ x + (1 | g)", data.table()).density
    return target(model, assign(model, PRIOR))


def test_effects_are_at_their_conditional_maximum(density):
    inner = Inner(density, 3)
    assert np.isfinite(inner(np.array([0.2, 0.4, 0.0])))
    assert np.abs(density.evaluate(inner.at, 1).score[3:]).max() < 1e-5


@pytest.mark.slow
def test_coordinates_are_standard_normal_where_the_density_is_nearly_so(density):
    center = latent_center(density, 3)
    z = 0.3 * np.random.default_rng(0).standard_normal((40, len(center.center)))
    falls = [center.at(row)[0] - center.log_density for row in z]
    slope = np.polyfit(-0.5 * (z**2).sum(axis=1), falls, 1)[0]
    assert 0.6 < slope < 1.5


def exact_mean(data, log_prior):
    """Means of (Intercept, x, sd) by the exact likelihood on a grid."""
    axes = np.linspace(-1.1, 1.2, 12), np.linspace(-2.0, 1.4, 14), np.linspace(0.01, 1.8, 20)
    points = np.array([(a, b, s) for a in axes[0] for b in axes[1] for s in axes[2]])
    logs = np.array([log_prior(p) + data.loglik(p[:2], np.empty(0), (p[2:, None],)) for p in points])
    mass = np.exp(logs - logs.max())
    mean = mass @ points / mass.sum()
    return mean, np.sqrt(mass @ (points - mean) ** 2 / mass.sum())


@pytest.mark.nightly
def test_draws_have_the_means_of_the_exact_integral(data):
    def log_prior(p):
        return stats.norm.logpdf(p[:2]).sum() + stats.expon.logpdf(p[2])

    mean, sd = exact_mean(data, log_prior)
    model = data.family.call("y ~ x + (1 | g)", data.table())
    found = st.posterior(model, prior=PRIOR, seed=4)
    assert_allclose(found.mean, mean, atol=0.15 * sd.max())  # 4,000 draws and a coarse grid
    assert_allclose(found.sd, sd, rtol=0.15)


@pytest.mark.slow
def test_a_posterior_prints_its_priors_and_keeps_what_groups_share(data):
    model = data.family.call("y ~ x + (1 | g)", data.table())
    found = st.posterior(model, prior={"x": st.Normal(0, 1)}, draws=60, chains=1, tune=60, seed=1)
    assert found.names == ("Intercept", "x", "sd(Intercept | g)")
    page = str(found)
    for part in (
        "y ~ x + (1 | g)",
        "20 rows, 10 levels of g",
        "sd(Intercept | g) ~ Exponential(1), mean 1 of the log rate",
    ):
        assert part in page
    fit = st.fit(model)
    assert_allclose(found.mean[:2], fit.estimate, atol=0.5)
    with pytest.raises(st.StattoolsError, match="effects of groups taken out"):
        found.predict()


def test_pure_groups_have_a_posterior():
    y, g = np.repeat([0, 1, 0, 1], 4), np.repeat(list("abcd"), 4)
    found = st.posterior(st.logistic("y ~ 1 + (1 | g)", {"y": y, "g": g}), draws=60, chains=1, tune=80, seed=1)
    assert found.mean[-1] > 1.0


@pytest.mark.nightly
@pytest.mark.parametrize("family", ["logistic", "poisson"])
def test_ranks_of_what_was_drawn_are_uniform(family):
    """Simulation-based calibration: parameters from their prior, data from these, and the rank of the parameters among
    the draws given the data. Source: Talts et al. (2018).
    """
    make, ranks, random = grouped_data.FAMILIES[family], [], np.random.default_rng(11)
    codes = np.repeat(np.arange(8), 5)
    for _ in range(60):
        x = random.standard_normal(40)
        beta, s = random.standard_normal(2), random.exponential()
        y = make.draw(random, beta[0] + beta[1] * x + s * random.standard_normal(8)[codes])
        if len(np.unique(y)) == 1 or y.max() > 1e5:  # given the data, ranks of the rest are uniform too
            continue
        model = make.call("y ~ x + (1 | g)", {"y": y, "x": x, "g": codes.astype(str)})
        found = st.posterior(model, prior=PRIOR, draws=300, chains=1, tune=300, seed=7)
        thin = found.draws[0, ::10]
        ranks.append((thin < np.array([*beta, s])).sum(axis=0))
    shares = (np.array(ranks) + 0.5) / 31.0
    for column in shares.T:
        assert stats.kstest(column, "uniform").pvalue > 1e-3
