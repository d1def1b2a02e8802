import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.models.mixed import density as joint_density
from tests.latent import exact_integrals as exact
from tests.latent import grouped_data
from tests.sizes import first


def density_of(family, formula="y ~ x + (x | g)", **how):
    data = grouped_data.one_factor(family, **how)
    return data, data.family.call(formula, data.table()).density


@pytest.mark.parametrize("family", first(2, ["logistic", "negative binomial", "ordinal", "binomial"]))
def test_derivatives_are_those_of_differences(family):
    density = density_of(family)[1]
    at = density.start + 0.1 * np.random.default_rng(0).standard_normal(len(density.start))
    at = np.clip(at, density.ranges[0] + 0.2, density.ranges[1] - 0.2)
    now, h = density.evaluate(at, 2), 1e-5
    steps = h * np.eye(len(at))
    slopes = [(density.loglik(at + e) - density.loglik(at - e)) / (2.0 * h) for e in steps]
    bends = [(density.evaluate(at - e, 1).score - density.evaluate(at + e, 1).score) / (2.0 * h) for e in steps]
    assert_allclose(now.score, slopes, atol=2e-8)
    assert_allclose(now.information, bends, atol=2e-7)


@pytest.mark.slow
def test_means_over_effects_are_the_exact_integral():
    """Of two groups with one effect each, by the trapezoidal rule over u."""
    data = grouped_data.one_factor("poisson", effects=1, groups=2)
    density = data.family.call("y ~ x + (1 | g)", data.table()).density
    u = np.arange(-6.0, 6.01, 0.3)
    points = [np.array([0.3, 0.5, 0.8, a, b]) for a in u for b in u]
    logs = [density.loglik(point) + stats.norm.logpdf(point[3:]).sum() for point in points]
    term = exact.Term(data.terms[0].codes, data.terms[0].z, np.array([[0.8]]))
    assert_allclose(np.logaddexp.reduce(logs) + 2.0 * np.log(0.3), exact.one_factor(data.rows, term), atol=1e-8)


def test_weights_are_repeated_rows():
    table = grouped_data.one_factor("logistic", effects=1).table()
    once, twice = ({name: np.repeat(column, k) for name, column in table.items()} for k in (1, 2))
    heavy = st.logistic("y ~ x + (1 | g)", once | {"w": np.full(len(once["y"]), 2)}, weights="w").density
    double = st.logistic("y ~ x + (1 | g)", twice).density
    now, then = heavy.evaluate(heavy.start, 2), double.evaluate(heavy.start, 2)
    assert_allclose(now.score, then.score, atol=1e-10)
    assert_allclose(now.information, then.information, atol=1e-8)  # of s by differences


def test_draws_are_of_what_groups_share():
    density = density_of("negative binomial")[1]
    shared = density.drawn
    assert shared.names == density.names[: len(shared.names)]
    assert shared.names[:3] == ("Intercept", "x", "alpha")
    assert density.names[len(shared.names)] == "u(level at the mean | g[g00])"
    with pytest.raises(st.IncompatibleError, match="is an integral"):
        shared.loglik(shared.start)


def test_too_many_effects_are_refused(monkeypatch):
    monkeypatch.setattr(joint_density, "MOST_EFFECTS", 4)
    with pytest.raises(st.IncompatibleError, match="draws 5 effects of groups"):
        density_of("poisson", "y ~ x + (1 | g)", effects=1)
