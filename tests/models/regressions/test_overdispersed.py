"""Beta-binomial regression: against SciPy's likelihood, recovery of the truth, both boundaries, what can be asked."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import optimize, special, stats

import stattools as st
from tests.cases import SOLVERS, rng


def groups(m: int = 150, s: float = 12.0, slope: float = 0.5, seed: int = 0):
    g = rng(seed)
    n, x = g.integers(2, 200, m), g.normal(size=m)
    p = special.expit(-0.5 + slope * x)
    k = g.binomial(n, g.beta(s * p, s * (1 - p)))
    return {"won": k, "lost": n - k, "n": n, "x": x, "w": g.integers(1, 4, m)}


def test_the_maximum_is_that_of_scipys_log_probabilities():
    data = groups()

    def cost(theta):
        p, s = special.expit(theta[0] + theta[1] * data["x"]), np.exp(theta[2])
        return -stats.betabinom.logpmf(data["won"], data["n"], s * p, s * (1 - p)).sum()

    fit = st.fit(st.beta_binomial("won + lost ~ x", data))
    found = optimize.minimize(cost, fit.estimate + 0.1, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-11})
    assert_allclose(fit.estimate, found.x, atol=1e-6)  # the simplex knows its place to the root of round-off
    assert_allclose(fit.loglik, -found.fun, rtol=1e-12)
    assert fit.names == ("Intercept", "x", "log precision")


@pytest.mark.parametrize("solver", SOLVERS, ids=lambda s: type(s).__name__)
def test_every_solver_reaches_the_maximum(solver):
    model = st.beta_binomial("won + lost ~ x", groups())
    exact, fit = st.fit(model), st.fit(model, solver=solver)
    assert (np.abs(fit.estimate - exact.estimate) <= 3e-8 * exact.se).all()


def test_trials_are_successes_and_failures_and_weights_are_repeats():
    data = groups()
    grouped = st.fit(st.beta_binomial("won + lost ~ x", data, weights="w"))
    counted = st.fit(st.beta_binomial("won ~ x", data, trials="n", weights="w"))
    repeated = {name: np.repeat(values, data["w"]) for name, values in data.items()}
    for other in (counted, st.fit(st.beta_binomial("won + lost ~ x", repeated))):
        assert_allclose(other.estimate, grouped.estimate, rtol=1e-9)
        assert_allclose(other.covariance, grouped.covariance, rtol=1e-8)


@pytest.mark.slow
def test_parameters_are_recovered():
    """95 % intervals of slope and log precision hold the truth in 100 simulated sets about 95 times."""
    hits = np.zeros(2)
    for seed in range(100):
        lower, upper = st.fit(st.beta_binomial("won + lost ~ x", groups(100, seed=seed))).interval()
        hits += (lower[1:] <= [0.5, np.log(12.0)]) & ([0.5, np.log(12.0)] <= upper[1:])
    assert (hits >= 88).all()  # binomial(100, 0.95): three standard deviations below


def test_shares_without_overdispersion_are_sent_to_the_binomial():
    n = np.full(40, 50)
    with pytest.raises(st.IdentificationError, match=r"maximum at infinity, where the model is binomial. Pool"):
        st.fit(st.beta_binomial(np.tile([20, 21], 20), np.empty((40, 0)), trials=n))


def test_all_or_nothing_groups_have_no_precision():
    with pytest.raises(st.IdentificationError, match=r"successes only or failures only.*maximum at 0"):
        st.fit(st.beta_binomial([0, 5, 0, 7], np.empty((4, 0)), trials=[4, 5, 6, 7]))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: st.beta_binomial([0, 1], [[1.0], [2.0]]), st.DomainError, "one of the two; got neither"),
        (lambda: st.beta_binomial("won + lost ~ x", groups(), trials="n"), st.DomainError, "got both"),
        (lambda: st.beta_binomial([0, 1], [[1.0], [2.0]], trials=[1, 1]), st.IdentificationError, "two trials or more"),
        (lambda: st.beta_binomial([3, 1], [[1.0], [2.0]], trials=[2, 4]), st.DomainError, "no larger than trials"),
        (lambda: st.beta_binomial([0, 0], [[1.0], [2.0]], trials=[2, 4]), st.DomainError, "no success in any row"),
    ],
)
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_what_can_be_asked_of_the_fit():
    data = groups()
    one, beta = st.fit(st.beta_binomial("won + lost ~ 1", data)), st.fit(st.beta_binomial("won + lost ~ x", data))
    pooled = st.fit(st.logistic("won + lost ~ x", data))
    test = st.likelihood_ratio(beta, one)
    assert_allclose(test.statistic, 2 * (beta.loglik - one.loglik))
    edge = st.likelihood_ratio(beta, pooled)
    assert_allclose(edge.p_value, 0.5 * special.chdtrc(1, edge.statistic))
    assert st.score_test(one, beta.model).statistic > 0
    assert_allclose(beta.predict(), special.expit(beta.estimate[0] + beta.estimate[1] * data["x"]))
    with pytest.raises(st.IncompatibleError, match="not available for Beta-binomial"):
        beta.predict(kind="observation", interval=0.95)


def test_it_is_saved_and_loaded(tmp_path):
    fit = st.fit(st.beta_binomial("won + lost ~ x", groups()))
    fit.save(tmp_path / "fit")
    assert str(st.load(tmp_path / "fit")) == str(fit)


def test_profile_and_robust_intervals():
    fit = st.fit(st.beta_binomial("won + lost ~ x", groups(500)))
    profile, wald = np.asarray(fit.interval(kind="profile")), np.asarray(fit.interval())
    assert_allclose(profile, wald, atol=0.05 * np.ptp(wald, axis=1).max())  # many groups: nearly quadratic
    robust = st.fit(fit.model, cov="HC0")
    assert_allclose(robust.se, fit.se, rtol=0.2)  # the model is true: the sandwich is near the information


def test_pearson_residuals_have_variance_one():
    from stattools.inference.diagnostics.residuals import residuals

    fit = st.fit(st.beta_binomial("won + lost ~ x", groups(4000)))
    assert_allclose(residuals(fit, "pearson").std(), 1.0, atol=0.05)
    with pytest.raises(st.IncompatibleError, match="no deviance"):
        residuals(fit, "deviance")


def test_separation_is_seen():
    with pytest.raises(st.SeparationError, match="Intercept = -inf"):
        st.fit(st.beta_binomial([0, 0, 3, 5, 4], [[0.0], [0.0], [1.0], [1.0], [1.0]], trials=[5, 6, 7, 8, 9]))
