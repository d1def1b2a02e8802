"""Coefficients of averages over groups: closed forms, and the attenuation of a logit."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import IncompatibleError
from tests.inference.mixed.regressions import fit, table


def test_of_a_probit_model_they_are_those_of_a_group_made_smaller():
    one = fit("probit")
    s = float(one.found.roots[0][0, 0])
    found = one.averaged_coefficients()
    assert_allclose(found.estimate, one.estimate / np.sqrt(1.0 + s * s), rtol=1e-10)
    shrink = np.column_stack([np.eye(2) / np.sqrt(1.0 + s * s), -s * one.estimate / (1.0 + s * s) ** 1.5])
    C = one.found.whole_covariance
    assert_allclose(found.se, np.sqrt(np.einsum("ka,ab,kb->k", shrink, C, shrink)), rtol=1e-6)


def test_of_a_log_link_the_intercept_alone_moves():
    one = fit("gamma")
    s = float(one.found.roots[0][0, 0])
    found = one.averaged_coefficients(exponentiate=True)
    assert found.term.tolist() == ["Intercept", "x"]
    assert_allclose(np.log(found.estimate), one.estimate[:2] + [0.5 * s * s, 0.0], rtol=1e-10)
    assert_allclose(found.se_log[1], one.se[1], rtol=1e-8)


def test_odds_ratios_of_averages_are_nearer_to_one():
    one = fit("logistic")
    within, over = one.table(exponentiate=True), one.averaged_coefficients(exponentiate=True)
    assert within.attrs["ratio"] == "conditional odds ratio"
    assert "within a group" in within.attrs["note"]
    assert 1.0 < over.estimate[1] < within.estimate[1]
    with pytest.raises(IncompatibleError, match="a probability for each label"):
        fit("ordinal").averaged_coefficients()
    with pytest.raises(IncompatibleError, match="no ratio"):
        fit("probit").averaged_coefficients(exponentiate=True)


def test_a_mean_that_other_parameters_move_has_no_such_coefficients():
    k = np.where(np.arange(len(table()["k"])) % 3 == 0, 0, table()["k"])
    one = st.fit(st.zero_inflated("k ~ x + (1 | g)", table() | {"k": k}))
    for ask in (one.averaged_coefficients, one.goodness):
        with pytest.raises(IncompatibleError, match="moves with other parameters too"):
            ask()
    assert len(one.marginal_effects()) == 1


@pytest.mark.parametrize("unit", [1e-100, 1e18, 1e100])
def test_they_follow_the_unit_of_a_column(unit):
    """Least squares dropped the constant beside a column of nanoseconds, and its coefficient was about 0."""
    g = np.random.default_rng(1)
    data = {"x": g.normal(size=60), "g": np.arange(60) % 6, "y": g.poisson(2.0, 60)}
    plain, found = (
        st.fit(st.poisson("y ~ x + (1 | g)", data | {"x": data["x"] * by})).averaged_coefficients()
        for by in (1.0, unit)
    )
    size = np.array([1.0, unit])
    for name in ("estimate", "se", "lower", "upper"):
        assert_allclose(found[name] * size, plain[name], rtol=1e-6)
