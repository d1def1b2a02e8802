"""Tests of curves: the ratio of the fit itself, and p-values that are uniform where there is no curve."""

import numpy as np
import pytest
from scipy import stats

import stattools as st
from stattools.errors import DomainError
from tests.cases import rng
from tests.inference.smooths.curved import fitted, table


def test_the_ratio_against_a_line_is_twice_what_the_fit_gains():
    fit = fitted()
    theta = np.zeros(1)
    line = fit.found.deviance.at(theta).value
    test = fit.smooth_test("x", "line", draws=99)
    assert test.statistic == pytest.approx(line + 2.0 * fit.loglik, rel=1e-4)
    assert test.p_value == 0.01
    assert "exact distribution" in test.note
    assert "held" not in test.note


def test_a_line_is_no_curve_but_has_an_effect():
    x = np.linspace(0.0, 1.0, 60)
    fit = st.fit(st.glm("y ~ s(x, k=10)", {"x": x, "y": x + 0.5 * rng(2).normal(size=60)}, family="normal"))
    assert fit.smooth_test("x", draws=999).p_value < 0.01
    assert fit.smooth_test("x", "line", draws=999).p_value > 0.1


def test_one_curve_of_several_and_beside_groups():
    fit = fitted("y ~ g + s(x, by=g, k=8) + (1 | h)")
    test = fit.smooth_test("s(x):g[a]", draws=499, seed=3)
    assert test.p_value < 0.01
    assert "the other variances held" in test.note
    with pytest.raises(DomainError, match="one curve at a time"):
        fit.smooth_test("x")
    with pytest.raises(DomainError, match='null="flat" and null="line"'):
        fitted().smooth_test("x", "nothing")


def test_the_same_seed_has_the_same_draws_and_the_unit_of_x_changes_nothing():
    fit, moved = fitted(), {**table(), "x": 1000.0 + 0.001 * table()["x"]}
    other = st.fit(st.linear_mixed("y ~ s(x, k=12)", moved))
    assert fit.smooth_test("x", draws=50).p_value == fit.smooth_test("x", draws=50, seed=0).p_value
    assert other.smooth_test("x", draws=50).statistic == pytest.approx(
        fit.smooth_test("x", draws=50).statistic, rel=1e-7
    )


@pytest.mark.parametrize(
    "formula",
    [
        pytest.param("y ~ s(x, k=10)", marks=pytest.mark.slow),
        pytest.param("y ~ s(x, k=10) + s(z, k=6) + (1 | h)", marks=pytest.mark.nightly),
        pytest.param("counts ~ s(x, k=10)", marks=pytest.mark.nightly),
    ],
)
def test_p_values_are_uniform_where_there_is_no_curve(formula):
    random = rng(77)
    x, z = random.uniform(size=(2, 50))
    p = {"flat": [], "line": []}
    for _ in range(120):
        y = random.normal(size=50)
        table = {"x": x, "z": z, "h": np.arange(50) % 6, "y": y, "counts": random.poisson(3.0, 50)}
        made = st.poisson(formula, table) if formula.startswith("counts") else st.linear_mixed(formula, table)
        fit = st.fit(made)
        for null, found in p.items():
            found.append(fit.smooth_test("x", null, draws=499, seed=random).p_value)
    for found in p.values():
        assert stats.kstest(found, "uniform").pvalue > 0.01
