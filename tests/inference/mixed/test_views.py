"""Views of a mixed regression against averages by Gauss-Hermite and the delta method by differences, parameter by
parameter.
"""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit

import stattools as st
from stattools.errors import IncompatibleError
from tests.inference.mixed.regressions import NODES, SHARE, fit, rows, table


def averaged(mean, x, z):
    """The average mean of rows x, z as a function of found.theta, for one term."""

    def value(theta):
        q, p = z.shape[1], x.shape[1]
        R = np.zeros((q, q))
        R[np.tril_indices(q)] = theta[-q * (q + 1) // 2 :]
        s = np.linalg.norm(z @ R, axis=1)
        return mean(x @ theta[:p] + s * NODES[:, None]).T @ SHARE

    return value


def delta(value, found):
    """Standard errors by differences."""
    theta, J = found.theta, []
    for k, se in enumerate(np.sqrt(found.whole_covariance.diagonal())):
        step = np.zeros(len(theta))
        step[k] = 1e-4 * se
        J.append((value(theta + step) - value(theta - step)) / (2e-4 * se))
    return np.sqrt(np.einsum("ki,kl,li->i", J, found.whole_covariance, J))


@pytest.mark.parametrize(("name", "mean"), [("logistic", expit), ("slopes", np.exp)])
def test_population_means_and_their_intervals(name, mean):
    one = fit(name)
    fixed, term = one.model.fixed.rows.X[:3], one.model.random[0]
    value = averaged(mean, np.asarray(fixed), term.z[:3])
    found = one.predict(rows(), interval=0.95)
    assert_allclose(found["mean"], value(one.found.theta), rtol=1e-8)
    z = st.fit(st.coin([0, 1])).quantile(0.95)
    error, at = delta(value, one.found), np.asarray(found["mean"])
    link = (lambda p: np.log(p / (1.0 - p))) if mean is expit else np.log
    width = at * (1.0 - at) if mean is expit else at
    half = (link(found["upper"]) - link(found["lower"])) / (2.0 * z)
    assert_allclose(half * width, error, rtol=2e-2 if mean is expit else 1e-5)  # a logit of an average is no eta


def test_known_groups_have_the_uncertainty_of_modes_and_parameters():
    one = fit("slopes")
    found, x, term = one.found, np.asarray(one.model.fixed.rows.X)[:3], one.model.random[0]
    z, codes = term.z[:3], term.codes[:3]
    shown = one.predict(rows(), groups="known", kind="link", interval=0.95)
    modes, spread = found.modes[0], found.spreads[0]
    assert_allclose(shown["link"], x @ one.estimate + np.einsum("iq,qi->i", z, modes[:, codes]), rtol=1e-12)
    J = []
    C = found.inverse
    for k, se in enumerate(np.sqrt(C.diagonal())):
        step = np.zeros(len(found.at))
        step[k] = 1e-3 * se
        ends = []
        for at in (found.at + step, found.at - step):
            eta = x @ (found.marginal.to_fixed @ found.marginal.fixed_at(at))
            ends.append(eta + np.einsum("iq,qi->i", z, found.marginal.effects(at)[0][0][:, codes]))
        J.append((ends[0] - ends[1]) / (2e-3 * se))
    own = np.einsum("iq,qri,ir->i", z, spread[:, :, codes], z)
    variance = np.einsum("ki,kl,li->i", J, C, J) + own
    q = st.fit(st.coin([0, 1])).quantile(0.95)
    assert_allclose((shown["upper"] - shown["lower"]) / (2.0 * q), np.sqrt(variance), rtol=1e-4)  # of differences


def test_columns_that_vary_between_groups_move_the_average_too():
    one = st.fit(st.poisson("k ~ 1 + (0 + x | g)", table()))
    assert one._population.model.terms == ("Intercept", "x")
    effect = one.marginal_effects()
    s2, x = float(one.found.roots[0][0, 0] ** 2), np.asarray(table()["x"])
    expected = np.mean(s2 * x * np.exp(one.estimate[0] + 0.5 * s2 * x**2))
    assert_allclose(effect.estimate, expected, rtol=1e-7)  # slopes are central differences


def test_profiles_are_in_the_user_s_columns():
    one = fit("logistic")
    marginal, T, peak = one._likelihood()
    assert_allclose((T @ peak)[: len(one.names)], one.estimate, rtol=1e-12)
    assert peak is one.found.at
    assert marginal is one.found.marginal


def test_profiles_of_a_tiny_level_are_of_the_coefficients_alone():
    one = fit("logistic")
    for ends, wald in zip(one.interval(1e-5, kind="profile"), one.interval(1e-5), strict=True):
        assert_allclose((ends - wald) / one.se, 0.0, atol=1e-6)


def test_links_with_ends_have_no_average():
    data = table() | {"v": np.asarray(table()["v"]) + 0.5}
    one = st.fit(st.glm("v ~ x + (1 | g)", data, family="gamma", link="log"))
    assert one.predict(rows(1)).shape == (1,)
    with pytest.raises(IncompatibleError, match="groups"):
        st.fit(st.ols("y ~ x", table())).means(groups="population")
