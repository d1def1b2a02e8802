"""What every conjugate pair must do: Bayes' rule by quadrature, order, evidence, leave-one-out, calibration."""

import copy
import pickle
from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import integrate, stats

import stattools as st
from stattools.bayes.conjugate.pairs import CLOSED_FORMS, closed_form
from tests.cases import CONJUGATE_PAIRS, rng
from tests.sizes import first

pairs = pytest.mark.parametrize("pair", CONJUGATE_PAIRS, ids=str)
of_one_number = pytest.mark.parametrize(
    "pair", [pair for pair in CONJUGATE_PAIRS if isinstance(pair.thetas(1, rng(0))[0], float)], ids=str
)


def drawn(pair, seed=0):
    return pair.draw(pair.thetas(1, rng(seed))[0], rng(seed))


def integral(function, posterior):
    low, high = posterior.quantile(1e-13), posterior.quantile(1 - 1e-13)
    edges = [low, *np.asarray(posterior.quantile([0.01, 0.2, 0.5, 0.8, 0.99])), high]
    return sum(integrate.quad(function, a, b, epsabs=0, epsrel=1e-11)[0] for a, b in pairwise(edges))


def test_every_closed_form_has_a_pair_here():
    """A likelihood of trials is one row of several: they have the same prior, Beta."""
    assert {(type(pair.model(drawn(pair))), type(pair.prior)) for pair in CONJUGATE_PAIRS} == set(CLOSED_FORMS)


@pairs
def test_bayes_rule_at_any_parameters(pair):
    """log p(y) + log p(theta | y) = log p(y | theta) + log p(theta), with the likelihood one by one: it holds at every
    theta only if posterior, evidence and likelihood are all right."""
    posterior = pair.prior.update(pair.model(drawn(pair)))
    loo, sample = posterior.loo(), posterior._pair.named(posterior.sample(4, seed=1))
    likelihood = loo.log_likelihood(4, 1) * loo.counts
    change = np.asarray(posterior._log_density_of(sample)) - pair.prior._log_density_of(sample)
    if np.ndim(posterior.log_evidence):  # one per arm, with one count each
        assert_allclose(likelihood - change, np.tile(posterior.log_evidence, (4, 1)), rtol=1e-10, atol=1e-10)
    else:
        assert_allclose(likelihood.sum(axis=1) - change, posterior.log_evidence, rtol=1e-10, atol=1e-10)


@of_one_number
def test_posterior_and_evidence_by_quadrature(pair):
    model = pair.model(drawn(pair))
    posterior = st.posterior(model, prior=pair.prior)
    assert type(posterior) is type(pair.prior)
    assert posterior == pair.prior.update(model) == closed_form(model, pair.prior)

    def joint(theta):
        return float(np.exp(model.loglik(theta) + pair.prior.log_density(theta)))

    evidence = integral(joint, posterior)
    assert_allclose(np.log(evidence), posterior.log_evidence, rtol=1e-8, atol=1e-8)  # quad is good to 1e-9
    assert_allclose(integral(lambda t: t * joint(t), posterior) / evidence, posterior.mean, rtol=1e-8)
    theta = posterior.quantile([0.1, 0.5, 0.9])
    assert_allclose(posterior.density(theta), [joint(t) / evidence for t in theta], rtol=1e-8)


@pairs
def test_twice_is_once_and_order_does_not_matter(pair):
    first, second, third = (pair.model(drawn(pair, seed)) for seed in (1, 2, 3))
    one = pair.prior.update(first).update(second).update(third)
    other = pair.prior.update(third).update(first).update(second)
    if isinstance(pair.prior, st.NormalInverseGammaRegression):  # by QR: to round-off
        for name in ("mean", "precision", "shape", "scale"):
            assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-12)
    else:
        assert one == other
        assert hash(one) == hash(other)
    assert one.prior == other.prior == pair.prior
    assert_allclose(one.log_evidence, other.log_evidence, rtol=1e-12)
    for twin in (copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert (twin, twin.prior) == (one, one.prior)
        assert np.array_equal(twin.log_evidence, one.log_evidence)


@pairs
def test_intervals_hold_their_probability(pair):
    posterior = pair.prior.update(pair.model(drawn(pair)))
    for prob in (0.3, 0.94, 0.9999):
        for kind in ("hdi", "eti"):
            low, high = interval = posterior.interval(prob, kind=kind)
            assert (interval.level, interval.kind) == (prob, kind)
            assert_allclose(posterior.probability(low, high), prob, rtol=1e-11)
        low, high = posterior.interval(prob)
        central = posterior.interval(prob, kind="eti")
        assert np.all(high - low <= (central.upper - central.lower) * (1 + 1e-12))  # equal where it is symmetric
        if np.ndim(low) == 0 and not isinstance(posterior, st.NormalInverseGamma):  # whose density is that of two
            at_low, at_high = posterior.log_density([low, high])
            assert_allclose(at_low, at_high, atol=1e-9)


@of_one_number
def test_slope_is_the_slope(pair):
    posterior = pair.prior.update(pair.model(drawn(pair)))
    theta, h = np.asarray(posterior.quantile([0.05, 0.4, 0.9])), 1e-5
    slope = (posterior.log_density(theta * (1 + h)) - posterior.log_density(theta * (1 - h))) / (2 * h * theta)
    assert_allclose(posterior.slope(theta), slope, rtol=1e-6, atol=1e-6)  # the difference errs by h^2


@pytest.mark.parametrize(
    ("prior", "models"),
    [
        (st.Beta(1.5, 2.0), [st.binomial(k, n) for k, n in [(3, 10), (0, 4), (7, 7)]]),
        (st.Beta(0.1, 4.0), [st.geometric(f) for f in (0, 5, 2)]),
        (st.Beta(2.0, 4.0), [st.coin([1]), st.pascal(9, successes=3), st.coin([0])]),
        (st.Gamma(2.0, 1e-9), [st.poisson_rate(y, exposure=e) for y, e in [(3, 0.1), (900, 1e9), (0, 0.7)]]),
        (
            st.Gamma(0.5, 2.0),
            [st.exponential_rate(2.0), st.exponential_rate(0.1), st.exponential_rate(4.0, censored=True)],
        ),
        (st.Normal(0.0, 1e3), [st.normal([y], sd=s) for y, s in [(3.0, 0.1), (1e4, 20.0), (-2.0, 1.0)]]),
        (st.NormalInverseGamma(0.0, 1e-3, 1.5, 2.0), [st.normal([y]) for y in (3.0, 1e3, -2.0, 2.9)]),
        (
            st.NormalInverseGammaRegression([1.0, 0.0], [0.1, 2.0], 1.5, 2.0),
            [st.ols([y], [[x]], precision=[w]) for y, x, w in [(3.0, 1.0, 1.0), (50.0, 2.0, 0.1), (-2.0, 0.5, 4.0)]],
        ),
        (st.Dirichlet([0.1, 2.0], names=("a", "b")), [st.categories([v], names=("a", "b")) for v in "aab"]),
        (st.Dirichlet([0.1, 2.0, 1.0]), [st.multinomial(n) for n in ([3, 0, 1], [0, 9, 2], [1, 0, 0])]),
        (
            st.NormalInverseWishart([0.0, 1.0], 0.1, 3.0, np.eye(2)),
            [st.multivariate_normal([row]) for row in ([1.0, 2.0], [30.0, -4.0], [0.1, 0.2])],
        ),
    ],
)
def test_leaving_one_out_is_a_ratio_of_evidences(prior, models):
    """p(y_i | y_-i) = p(y) / p(y_-i)."""
    posterior = prior
    for model in models:
        posterior = posterior.update(model)
    loo = posterior.loo()
    for i, found in enumerate(np.repeat(loo.pointwise, loo.counts)):
        rest = prior
        for model in models[:i] + models[i + 1 :]:
            rest = rest.update(model)
        assert_allclose(found, posterior.log_evidence - rest.log_evidence, rtol=1e-11, atol=1e-11)


@pairs
def test_psis_estimates_the_same_where_it_is_valid(pair):
    loo = pair.prior.update(pair.model(drawn(pair, 5))).loo()
    frame = loo.table(4000, seed=1)
    valid = frame["psis_valid"].to_numpy()
    assert_allclose(frame["psis"][valid], frame["exact"][valid], atol=0.15)  # the sampling error of PSIS
    assert not valid[loo.alone].any()
    assert_allclose(loo.elpd, loo.counts @ loo.pointwise)


@pairs
def test_arviz_gets_everything(pair):
    tree = pair.prior.update(pair.model(drawn(pair))).to_arviz(50, seed=3)
    for group in ("posterior", "prior", "posterior_predictive", "prior_predictive", "observed_data"):
        assert tree[group].data_vars, group
    assert {name.name for name in pair.prior.to_arviz(50).children.values()} == {"prior"}


@pytest.mark.slow
@pytest.mark.parametrize("pair", first(2, CONJUGATE_PAIRS, pytest.mark.nightly), ids=str)
def test_calibration_by_simulation(pair):
    """theta from the prior, data from theta: its posterior rank is uniform (Talts et al. 2018), intervals of
    probability 0.8 hold it in 80 % of the simulations, and the predictive holds new data."""
    generator, simulations = rng(20), 1500
    theta = pair.thetas(simulations, generator)
    posteriors = [pair.prior.update(pair.model(pair.draw(t, generator))) for t in theta]
    truth = [np.ravel(pair.first(t))[0] for t in theta]
    below = np.array([np.ravel(p.probability(high=t))[0] for p, t in zip(posteriors, truth, strict=True)])
    assert stats.kstest(below, "uniform").pvalue > 1e-3
    for kind in ("hdi", "eti"):
        usable = [(p.interval(0.8, kind=kind), t) for p, t in zip(posteriors, truth, strict=True) if not _bathtub(p)]
        held = np.mean([np.ravel(i.lower)[0] <= t <= np.ravel(i.upper)[0] for i, t in usable])
        assert abs(held - 0.8) < 4 * np.sqrt(0.8 * 0.2 / len(usable))


def _bathtub(posterior):
    marginal = posterior.marginals if isinstance(posterior, st.Dirichlet) else posterior
    return isinstance(marginal, st.Beta) and bool(np.any((np.less(marginal.a, 1)) & np.less(marginal.b, 1)))


FAR = [
    *(st.Normal(0, sd) for sd in (1.0, 1e-100)),
    *(st.StudentT(3, 0, scale) for scale in (1.0, 1e-100)),
    *(st.Cauchy(0, scale) for scale in (1.0, 1e-100)),
    *(family(scale) for family in (st.HalfNormal, st.HalfCauchy, st.Exponential) for scale in (1e-100, 1.0, 1e100)),
    *(st.Gamma(shape, 1.0) for shape in (0.01, 1.0, 2.5, 1e15)),
    *(st.InverseGamma(shape, scale) for shape in (1e-100, 1.0, 1e15) for scale in (1.0, 1e155, 1e250)),
    st.Laplace(0, 1e-100),
]


@pytest.mark.parametrize("belief", FAR, ids=repr)
def test_far_from_the_center_a_density_is_0_and_a_probability_0_or_1(belief):
    """Up to the end of float64, without a warning on the way."""
    for x in (1e300, 1e308, 1.7e308, np.inf):
        if not (isinstance(belief, st.InverseGamma) and belief.scale > 1e100):  # whose middle lies there
            assert belief.density(x) < 1e-100
            assert belief.log_density(x) < -100.0
        if hasattr(type(belief), "probability"):
            assert 0.0 <= belief.probability(x) <= 1.0
        if hasattr(type(belief), "slope"):
            assert not np.isnan(belief.slope(x))
    for x in (5e-324, 1e-155):
        assert belief.density(x) >= 0.0
