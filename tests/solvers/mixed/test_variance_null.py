"""The distribution of the likelihood ratio of a variance of 0: eigenvalues, RLRsim, and fits to drawn outcomes."""

import numpy as np
import pytest
from scipy.stats import chi2

import stattools as st
from stattools.errors import IncompatibleError
from stattools.solvers.mixed import null as variance_null
from stattools.solvers.mixed.null import bootstrapped_ratios, eigenvalues, mixture_tail, simulated_ratios, without
from tests.latent.certified import table


def unequal(slope=False, reml=True):
    """Groups of 2 to 9 rows."""
    rng = np.random.default_rng(3)
    codes = np.repeat(np.arange(9), [2, 2, 2, 2, 4, 5, 7, 8, 9])
    x = rng.normal(size=41)
    data = {"y": x + rng.normal(size=9)[codes] * 0.7 + rng.normal(size=41), "x": x, "g": codes}
    return st.fit(st.linear_mixed("y ~ x + (0 + x | g)" if slope else "y ~ x + (1 | g)", data), reml=reml)


@pytest.mark.parametrize("slope", [True, False])
def test_eigenvalues_are_those_of_a_matrix_of_rows(slope):
    """Four groups of one size among them, whose eigenvalue is known without a matrix."""
    found = unequal(slope).found
    W, z, codes = found.coordinates.columns.W, found.coordinates.columns.z[0][0], found.coordinates.columns.codes[0]
    Z = z[:, None] * (codes[:, None] == np.arange(9))
    Q = W[:-1].T / np.sqrt(len(z))
    mu, nu = eigenvalues(found.deviance)
    np.testing.assert_allclose(mu, np.linalg.eigvalsh(Z.T @ Z - Z.T @ Q @ Q.T @ Z), atol=1e-9)
    np.testing.assert_allclose(nu, np.sort((z**2) @ (codes[:, None] == np.arange(9))), rtol=1e-10)


def test_too_many_different_groups_are_refused(monkeypatch):
    monkeypatch.setattr(variance_null, "MOST_EIGENVALUES", 5)
    with pytest.raises(IncompatibleError, match='method="mixture"'):
        eigenvalues(unequal().found.deviance)


@pytest.mark.slow
@pytest.mark.parametrize("reml", [True, False])
def test_draws_are_distributed_as_the_ratios_of_drawn_outcomes(reml):
    """Two ways to the same distribution: shares at 0 and quantiles agree within chance (4 standard errors)."""
    found = unequal(reml=reml).found
    exact = simulated_ratios(found.deviance, 20000, np.random.default_rng(0))
    null = without(found, 0, None)
    fitted = np.array(list(bootstrapped_ratios(found, null, 300, np.random.default_rng(1))))
    for cut in (1e-6, 0.5, 2.0):
        share = (exact > cut).mean()
        assert abs((fitted > cut).mean() - share) < 4 * np.sqrt(share * (1 - share) / 300)


# RLRsim 3.1-8, exactRLRT and exactLRT with nsim=1e5: p-values of dyestuff 0.00463 and 0.00465
@pytest.mark.parametrize(("reml", "statistic", "p_value"), [(True, 6.369, 0.00463), (False, 5.4028, 0.00465)])
def test_the_tail_is_that_of_rlrsim(reml, statistic, p_value):
    found = st.fit(st.linear_mixed("Yield ~ 1 + (1 | Batch)", table("dyestuff")), reml=reml).found
    assert without(found, 0, None).profile.value - found.profile.value == pytest.approx(statistic, abs=1e-3)
    share = (simulated_ratios(found.deviance, 40000, np.random.default_rng(2)) >= statistic).mean()
    assert share == pytest.approx(p_value, abs=4 * np.sqrt(p_value * 1.4 / 40000))


def test_the_model_without_an_effect_keeps_the_others():
    rng = np.random.default_rng(3)
    codes, x = np.repeat(np.arange(10), 5), rng.normal(size=50)
    data = {
        "y": x + rng.normal(size=10)[codes] + x * rng.normal(size=10)[codes] + rng.normal(size=50),
        "x": x,
        "g": codes,
    }
    full, small = (st.fit(st.linear_mixed(f"y ~ x + ({z} | g)", data)) for z in ("x", "1"))
    null = without(full.found, 0, 1)
    assert null.lost == 1
    assert null.profile.value == pytest.approx(small.deviance, rel=1e-10)
    assert without(full.found, 0, None).lost == 2


def test_mixtures_are_halves_of_chi_squared():
    assert mixture_tail(3.0, 1) == pytest.approx(0.5 * chi2.sf(3, 1) + 0.5 * chi2.sf(3, 2))
    assert mixture_tail(3.0, 0) == pytest.approx(0.5 * chi2.sf(3, 1))
    assert mixture_tail(0.0, 0) == 1.0
