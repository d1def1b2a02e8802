import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.latent.deviance import Deviance
from stattools.numerics.small_matrices import lower
from stattools.solvers.mixed.maximum import maximized, maximum
from tests.latent.certified import made, table, term
from tests.latent.dense_structure import DenseStructure
from tests.latent.test_deviance import G, X, Y


@pytest.mark.parametrize("moved", [0.0, 2000.0, 2e6])
@pytest.mark.parametrize(("reml", "deviance"), [(True, 1743.62827195848), (False, 1751.93934446321)])
def test_sleepstudy_whatever_the_origin_of_its_days(reml, deviance, moved):
    sleep = table("sleepstudy")
    X = np.column_stack([np.ones(len(sleep)), sleep.Days + moved])
    coordinates, of = made(sleep.Reaction.to_numpy(), X, term(sleep.Subject, X), reml=reml)
    found = maximum(of)
    at = found.profile
    assert found.converged
    assert found.decrement <= 1e-8
    assert_allclose(at.value, deviance, rtol=0, atol=2e-11)
    s2, T = at.s2 * coordinates.unit**2, coordinates.to_effects[0] @ at.factors[0]
    assert_allclose(s2, 654.94102707, rtol=1e-11)
    assert_allclose((T @ T.T * s2)[1, 1], 35.0716605 if reml else 32.68219719, rtol=1e-8)
    se = np.sqrt((coordinates.to_beta @ at.inverse_gram @ coordinates.to_beta.T)[1, 1] * s2)
    assert_allclose(se, 1.545788896 if reml else 1.502236782, rtol=1e-9)


def test_another_unit_moves_the_deviance_of_reml_by_its_jacobian_only():
    sleep = table("sleepstudy")
    values = []
    for unit in (1.0, 1e6):
        X = np.column_stack([np.ones(len(sleep)), sleep.Days * unit])
        values.append(maximum(made(sleep.Reaction.to_numpy(), X, term(sleep.Subject, X))[1]).profile.value)
    assert_allclose(values[1] - values[0], 2.0 * np.log(1e6), rtol=1e-12)


def test_dyestuff_is_exact():
    dye = table("dyestuff")
    ones = np.ones((len(dye), 1))
    coordinates, of = made(dye.Yield.to_numpy(), ones, term(dye.Batch, ones))
    at = maximum(of).profile
    assert_allclose(at.value, 319.654276842, atol=5e-10)
    assert_allclose(at.s2 * coordinates.unit**2, 2451.25, rtol=1e-12)
    T = coordinates.to_effects[0] @ at.factors[0]
    assert_allclose(T[0, 0] ** 2 * at.s2 * coordinates.unit**2, 1764.05, rtol=1e-12)


@pytest.mark.parametrize(("reml", "deviance"), [(True, 161.828277812), (False, 162.873036654)])
def test_a_variance_of_zero_is_exactly_zero_and_a_maximum(reml, deviance):
    dye = table("dyestuff2")
    ones = np.ones((len(dye), 1))
    found = maximum(made(dye.Yield.to_numpy(), ones, term(dye.Batch, ones), reml=reml)[1])
    assert found.converged
    assert found.profile.theta.tolist() == [0.0]
    assert found.least[0] > 0.0
    assert_allclose(found.profile.value, deviance, atol=5e-10)


def test_a_start_at_zero_is_left_where_zero_is_no_maximum():
    _, of = made(Y, X, term(G, X))
    best = maximum(of)
    again = maximum(of, (np.zeros((2, 2)),))
    assert again.converged
    assert_allclose(again.profile.value, best.profile.value, atol=1e-9)


def test_differences_of_the_gradient_lead_to_the_same_maximum():
    found, of = made(Y, X, term(G, X))
    dense = maximum(Deviance.of(DenseStructure(found.columns), found, True))
    assert dense.converged
    assert_allclose(dense.profile.value, maximum(of).profile.value, atol=1e-10)


def test_no_convergence_is_claimed_without_the_decrement():
    assert not maximum(made(Y, X, term(G, X))[1], max_steps=0).converged


def test_lower_is_a_square_root():
    root = np.array([[1.0, 2.0, 0.5], [0.0, -3.0, 1.0]])
    T = lower(root)
    assert_allclose(T @ T.T, root @ root.T)
    assert T[0, 1] == 0.0
    assert (T.diagonal() >= 0.0).all()


def test_a_correlation_of_one_is_a_maximum_at_the_boundary():
    r = np.random.default_rng(2)
    g, x = np.repeat(np.arange(6), 5), np.tile(np.arange(5.0), 6)
    X = np.column_stack([np.ones(30), x])
    y = r.normal(size=6)[g] * (1.0 + x) + r.normal(size=30)
    found = maximum(made(y, X, term(g, X))[1])
    assert found.converged
    assert np.linalg.svd(found.profile.factors[0])[1][1] < 1e-12
    assert 0.0 < found.least[0] < np.inf


@pytest.mark.parametrize("seed", [0, 1])
def test_independent_effects_far_from_the_origin_have_a_maximum(seed):
    """Columns that are all but ones make a valley of variances with a known sum, which ends at a variance of 0."""
    r = np.random.default_rng(seed)
    g, x = np.repeat(np.arange(20), 8), r.normal(size=160)
    y = 1 + 0.5 * x + r.normal(size=20)[g] + r.normal(size=160)
    found = [
        maximized(st.linear_mixed("y ~ x + (x || g)", {"y": y, "x": x + far, "g": g}), True) for far in (1e5, 1e6, 1e7)
    ]
    assert all(one.maximum.converged and one.maximum.decrement <= 1e-8 for one in found)
    assert {sum(not T.any() for T in one.profile.factors) for one in found} == {1}
    alone = maximized(st.linear_mixed("y ~ x + (1 | g)", {"y": y, "x": x, "g": g}), True)
    assert_allclose([one.loglik for one in found], alone.loglik, atol=1e-3)  # the limit, 1e-4 away at 1e5
    assert min(one.loglik for one in found) >= alone.loglik - 1e-6
