import numpy as np
import pytest

import stattools as st
from tests.latent import grouped_data


@pytest.fixture(scope="module")
def model():
    data = grouped_data.pairs("logistic", groups=30)
    return data.family.call("y ~ x + (1 | g)", data.table())


def test_the_integral_on_a_grid_agrees(model):
    found = st.validate(st.fit(model))
    assert found.ok
    assert "the integral over effects on a dense grid, agrees: the same 2 coefficients" in found.sentence
    assert list(found.rows["term"]) == ["Intercept", "x", "sd(Intercept | g)"]
    assert found.reference_decrement < 1e-6


def test_an_integral_of_too_few_nodes_is_found_out(model):
    found = st.validate(st.fit(model, integral="laplace"))
    assert not found.ok
    assert found.reference_decrement > 0.1
    assert found.sentence.endswith("The fit's integral is Laplace's approximation: st.fit(model, nodes=15) is nearer.")
    assert st.validate(st.fit(model, nodes=15)).reference_decrement < 0.01 * found.reference_decrement


def test_a_variance_of_0_is_no_direction():
    data = grouped_data.pairs("poisson", groups=12, sigma=0.0)
    y, g = np.tile([1.0, 3.0], 12), data.table()["g"]
    found = st.validate(st.fit(st.poisson("y ~ 1 + (1 | g)", {"y": y, "g": g})))
    assert found.ok
    assert found.rows["estimate"].tolist()[-1] == 0.0


def test_what_has_no_grid_is_refused():
    data = grouped_data.crossed("poisson")
    with pytest.raises(st.IncompatibleError, match="with several groupings"):
        st.validate(st.fit(data.family.call("y ~ x + (1 | g) + (1 | h)", data.table())))


@pytest.mark.slow
@pytest.mark.parametrize("family", grouped_data.FAMILIES)
def test_every_family_agrees(family):
    data = grouped_data.pairs(family, groups=30)
    assert st.validate(st.fit(data.family.call("y ~ x + (1 | g)", data.table()))).ok


def test_a_column_far_from_0_is_refused_and_centered_is_no_trouble():
    y = [8, 4, 2, 1, 5, 1, 5, 4, 6, 7, 2, 0, 2, 6, 0, 3, 3, 4, 2, 6, 2, 7, 2, 0]
    table = {"y": y, "x": 1e9 + np.random.default_rng(0).normal(size=24), "g": np.arange(24) % 2}
    with pytest.raises(st.IncompatibleError, match=r"Take center\(x\)"):
        st.validate(st.fit(st.negative_binomial("y ~ x + (1 | g)", table)))
    assert st.validate(st.fit(st.negative_binomial("y ~ center(x) + (1 | g)", table))).ok


def test_columns_far_from_zero_for_their_spread_are_refused_in_words():
    """The exponentials of linear predictors next to the fit are beyond float64, or second differences are none."""
    r = np.random.default_rng(0)
    y = r.permutation(np.arange(24) % 2)
    x = [float(2**64 + int(k) * 2**20) for k in r.integers(0, 9, 24)]
    table = {"y": y, "x": x, "g": list("ab" * 12)}
    fit = st.fit(st.glm("y ~ (x | g)", table, family="binomial", link="cloglog"))
    with pytest.raises(st.IncompatibleError, match="a column lies far from 0"):
        st.validate(fit)


@pytest.mark.parametrize(("kind", "seed"), [("inverse_gaussian", 0), ("inverse_gaussian", 1), ("cauchit", 2)])
def test_a_right_fit_agrees_where_the_density_of_the_outcome_does_not_fall(kind, seed):
    """A grid of 7 standard deviations of a group's effects leaves out 4e-4 of log L here, and called the fit wrong."""
    r = np.random.default_rng(seed)
    groups, size = [(12, 4), (20, 2), (8, 6)][seed]
    g, x = np.repeat(np.arange(groups), size), r.normal(size=groups * size)
    eta = 0.3 + 0.4 * x + (r.normal(size=groups) * [0.3, 1.0, 2.0][seed])[g]
    r.normal(size=groups)
    if kind == "cauchit":
        y, options = (r.random(len(x)) < 0.5 + np.arctan(eta) / np.pi) * 1, {"family": "binomial", "link": "cauchit"}
    else:
        y, options = r.wald(np.exp(eta), 2.0), {"family": "inverse_gaussian", "link": "log"}
    fit = st.fit(st.glm("y ~ x + (1 | g)", {"y": y, "x": x, "g": g}, **options))
    found = st.validate(fit)
    assert found.ok
    assert found.reference_decrement == pytest.approx(fit.integral.worst, rel=1.0, abs=1e-8)  # what the fit says of it
    assert found.loglik == pytest.approx(found.reference_loglik, abs=1e-7)


@pytest.mark.parametrize("family", ["poisson", "negative-binomial"])
def test_positive_counts_of_a_small_mean_have_a_probability(family):
    """1 - f(0) was 0 far out on the grid, log L infinite there, and NumPy's own error came through."""
    r = np.random.default_rng(92)
    g, x = np.repeat(np.arange(25), 3), r.normal(size=75)
    eta = 0.2 + 0.5 * x + (1.2 * r.normal(size=25))[g]
    more = 1.0 if family == "poisson" else r.gamma(1.5, 1.0 / 1.5, 75)
    y = np.where(r.random(75) < 0.3, 0, 1 + r.poisson(np.exp(eta) * more))
    found = st.validate(st.fit(st.hurdle("y ~ x + (1 | g)", {"y": y, "x": x, "g": g}, family=family)))
    assert found.loglik == pytest.approx(found.reference_loglik, abs=1e-4)
    assert found.reference_decrement < 1e-3
