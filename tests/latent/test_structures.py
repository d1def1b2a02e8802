import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.latent.coordinates import coordinates
from stattools.latent.deviance import Deviance
from stattools.latent.elimination import structure_of
from stattools.solvers.mixed.maximum import maximum
from tests.latent.balanced import CROSSED, NESTED, crossed_components, nested_components
from tests.latent.certified import table, term
from tests.latent.test_structure import CASES


def fitted(y, *groups, columns=None):
    """-2 log L of the maximum and the variances of the groups' intercepts and of the residual."""
    ones = np.ones((len(y), 1))
    found = coordinates(ones, np.asarray(y, dtype=float), [term(group, ones) for group in groups])
    best = maximum(Deviance.of(structure_of(found.columns), found, True))
    assert best.converged
    s2 = best.profile.s2 * found.unit**2
    sizes = [(b @ T)[0, 0] ** 2 * s2 for b, T in zip(found.to_effects, best.profile.factors, strict=True)]
    return best.profile.value, np.array([*sizes, s2])


@pytest.mark.parametrize(("found", "kind"), CASES[:-1])
def test_the_codes_say_which_structure_serves(found, kind):
    assert type(structure_of(found.columns)) is kind


def test_balanced_nested_groups_are_anova():
    a, b, _ = np.indices(NESTED.shape).reshape(3, -1)
    variances = fitted(NESTED.ravel(), a, a * 3 + b)[1]
    assert_allclose(variances, [float(v) for v in nested_components()], rtol=1e-11)


def test_balanced_crossed_groups_are_anova():
    a, b = np.indices(CROSSED.shape).reshape(2, -1)
    variances = fitted(CROSSED.ravel(), a, b)[1]
    assert_allclose(variances, [float(v) for v in crossed_components()], rtol=1e-11)


def test_pastes_to_all_digits():
    t = table("pastes")
    deviance, variances = fitted(t.strength, t.batch, t["sample"])
    assert_allclose(deviance, 246.990745853, atol=5e-10)
    exact = [1.2873649995146321, 2.9040775930864293, 0.8234075540095561]  # roots of mean squares in fractions
    assert_allclose(np.sqrt(variances), exact, rtol=1e-11)


def test_penicillin_to_all_digits():
    t = table("penicillin")
    deviance, variances = fitted(t.diameter, t.plate, t["sample"])
    assert_allclose(deviance, 330.860588991, atol=5e-10)
    exact = [0.8467043241653999, 1.9315584056393778, 0.5499231391178208]  # roots of mean squares in fractions
    assert_allclose(np.sqrt(variances), exact, rtol=1e-11)


def test_a_valley_of_rotations_leads_to_the_singular_maximum():
    """Level and slope of correlation -1 within nested groups: Newton's steps there are short, and 100 did not end."""
    r = np.random.default_rng(5)
    n = int(r.integers(20, 200))
    a, b = (r.integers(0, int(r.integers(3, most)), n) for most in (12, 10))
    z = r.normal(size=n)
    z -= z.mean()
    _ = r.choice(3), r.choice(5, size=3)
    u, v = r.normal(size=20), r.normal(size=20) * (r.random() < 0.7)
    v = v + u * (r.random() < 0.3)
    y = z + u[a] + 10.0 * v[a] * z + 10.0 * r.normal(size=20)[b] + r.normal(size=n)
    X = np.column_stack([np.ones(n), z])
    found = coordinates(X, y, [term(a, X), term(a * 10 + b, X[:, :1])])
    best = maximum(Deviance.of(structure_of(found.columns), found, True))
    assert best.converged
    assert min(np.linalg.svd(best.profile.factors[0])[1]) < 1e-12
    assert best.least[0] >= 0.0
