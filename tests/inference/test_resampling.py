"""The bootstrap: exact on small samples, close to the formula on large ones, and its failures are counted."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError, IncompatibleError


def line(n=300, seed=0):
    g = np.random.default_rng(seed)
    x = g.normal(size=n)
    return st.ols(1.0 + 2.0 * x + g.normal(size=n), x)


def clinic(n=300, seed=0):
    g = np.random.default_rng(seed)
    x = g.normal(size=n)
    return st.logistic((g.random(n) < 1.0 / (1.0 + np.exp(-0.5 - x))).astype(int), x)


@pytest.mark.parametrize("kind", ["pairs", "parametric", "bayesian"])
@pytest.mark.parametrize("model", [line(), clinic()], ids=["ols", "logistic"])
def test_standard_errors_are_near_the_formulas(kind, model):
    fit = st.fit(model, cov="information" if kind == "parametric" else "HC0")
    boot = st.bootstrap(fit, draws=2000, seed=1, kind=kind)
    np.testing.assert_allclose(boot.se, fit.se, rtol=0.1)  # Monte Carlo 1.6 %, the rest is of order 1/n
    for name in ("percentile", "basic", "bca", "normal"):
        np.testing.assert_allclose(np.array(boot.interval(kind=name)), np.array(fit.interval()), atol=0.06)


def test_replicates_are_weighted_fits():
    model = clinic(40)
    boot = st.bootstrap(model, draws=5, seed=7)
    drawn = np.random.default_rng(7).integers(0, 40, (5, 40))[3]
    alone = st.fit(st.logistic(model.rows.y[drawn], model.rows.X[drawn, 1]))
    np.testing.assert_allclose(boot.draws[3], alone.estimate, atol=1e-8)


def test_the_seed_decides_and_chunks_do_not(monkeypatch):
    import stattools.inference.resampling.bootstrap as module

    one = st.bootstrap(clinic(), draws=50, seed=3).draws
    monkeypatch.setattr(module, "ENTRIES", 2000)
    np.testing.assert_allclose(st.bootstrap(clinic(), draws=50, seed=3).draws, one, atol=1e-12)
    assert not np.array_equal(st.bootstrap(clinic(), draws=50, seed=4).draws, one)


def test_percentile_and_basic_by_hand():
    boot = st.bootstrap(line(50), draws=999, seed=2)
    lower, upper = boot.interval(0.9)
    np.testing.assert_allclose([lower, upper], np.quantile(boot.draws, [0.05, 0.95], axis=0))
    basic = boot.interval(0.9, kind="basic")
    np.testing.assert_allclose(basic.lower, 2 * boot.fit.estimate - upper)


def test_bca_of_a_mean_is_scipys():
    """The mean of a skewed sample: scipy takes the acceleration from the jackknife, to which ours is equal here."""
    from scipy import stats

    y = np.random.default_rng(0).exponential(size=40)
    boot = st.bootstrap(st.ols(y, np.ones((40, 1)), intercept=False), draws=100_000, seed=1)
    found = stats.bootstrap((y,), np.mean, n_resamples=100_000, method="BCa", rng=np.random.default_rng(2))
    ours = boot.interval(kind="bca")
    np.testing.assert_allclose([ours.lower[0], ours.upper[0]], found.confidence_interval, atol=0.012)  # Monte Carlo


def test_frequencies_are_rows():
    g = np.random.default_rng(0)
    x, w = g.normal(size=30), g.integers(1, 4, 30)
    y = x + g.normal(size=30)
    short = st.bootstrap(st.ols(y, x, weights=w), draws=3000, seed=1)
    long = st.bootstrap(st.ols(np.repeat(y, w), np.repeat(x, w)), draws=3000, seed=2)
    np.testing.assert_allclose(short.se, long.se, rtol=0.07)  # Monte Carlo


def test_separated_replicates_are_counted_and_named():
    boot = st.bootstrap(st.logistic([0, 0, 0, 1, 1, 1, 0, 1], [1.0, 2, 3, 4, 5, 6, 5, 3]), draws=100, seed=1)
    assert boot.failed > 0
    assert len(boot.draws) + boot.failed == boot.asked == 100
    assert f"{boot.failed} without a maximum" in str(boot)
    assert "separated" in boot.table().attrs["note"]


def test_one_replicate_with_a_maximum_is_too_few():
    """The first replicate has a maximum, the second has none: the error tells the second's reason."""
    table = {"y": [0, 1, 0, 1, 1, 0], "x": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]}
    with pytest.raises(st.IdentificationError, match=r"1 of 2 bootstrap replicates have no maximum, such as: Logistic"):
        st.bootstrap(st.logistic("y ~ x", table), draws=2, seed=2)


def test_other_models_go_one_by_one():
    g = np.random.default_rng(0)
    boot = st.bootstrap(st.softmax(g.integers(0, 3, 90), g.normal(size=90)), draws=10, seed=0)
    assert boot.draws.shape == (10, 4)
    assert np.isfinite(boot.draws).all()


def test_only_the_bayesian_kind_is_a_posterior():
    tree = st.bootstrap(line(50), draws=20, seed=0, kind="bayesian").to_arviz()
    assert dict(tree["posterior"].sizes) == {"chain": 1, "draw": 20, "coef": 2}
    with pytest.raises(IncompatibleError, match="not a posterior"):
        st.bootstrap(line(50), draws=20, seed=0).to_arviz()


def test_refusals():
    with pytest.raises(IncompatibleError, match="regression with its data"):
        st.bootstrap(st.coin([0, 1]), seed=0)
    with pytest.raises(IncompatibleError, match="penalty"):
        st.bootstrap(st.fit(clinic(), penalty=st.Jeffreys()), seed=0)
    with pytest.raises(DomainError, match="'pairs', 'parametric', 'bayesian'"):
        st.bootstrap(clinic(), seed=0, kind="wild")
    with pytest.raises(IncompatibleError, match="percentile"):
        st.bootstrap(clinic(), draws=10, seed=0).interval(kind="t")
    with pytest.raises(DomainError):
        st.bootstrap(clinic(), draws=1, seed=0)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["percentile", "bca", "basic"])
def test_coverage(kind):
    """95 % intervals of the slope of 40 rows cover in 90 to 98 of 100 samples: about 3 se of the simulation."""
    hits = 0
    for seed in range(400):
        lower, upper = st.bootstrap(line(40, seed), draws=500, seed=seed).interval(kind=kind)
        hits += lower[1] <= 2.0 <= upper[1]
    assert 0.90 <= hits / 400 <= 0.98


@pytest.mark.parametrize("make", [st.logistic, pytest.param(st.beta_binomial, marks=pytest.mark.slow)])
def test_parametric_replicates_of_grouped_outcomes_keep_their_trials(make):
    """Successes are drawn out of the trials of their row: the saturated shares vary as their distribution says."""
    table = {"k": [1, 14, 10, 36, 9, 2, 33, 12], "n": [10, 20, 40, 40] * 2, "g": list("aaaabbbb")}
    fit = st.fit(make("k ~ g", table, trials="n"))
    found = st.bootstrap(fit, draws=60, seed=1, kind="parametric")
    assert found.failed < 30
    # 60 draws err by 9 %, and estimates of eight rows vary by more than their covariance says
    assert_allclose(np.log(found.se[:2] / fit.se[:2]), 0.0, atol=0.5)
