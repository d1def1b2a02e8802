"""Refits of mixed regressions: without a variance, to other outcomes, and without a group."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.solvers.mixed.null import again, drawn_ratios, with_outcome, without_rows
from stattools.solvers.mixed.null import without_marginal as without
from tests.inference.mixed.regressions import fit, table


def test_without_the_only_term_it_is_the_regression():
    null = without(fit("logistic").found, 0, None)
    assert_allclose(null.deviance, -2.0 * st.fit(st.logistic("y ~ x + w", table())).loglik, rtol=1e-12)
    assert null.lost == 0
    assert null.model.random == ()


def test_without_one_of_two_effects():
    found = fit("slopes").found
    null = without(found, 0, 1)
    assert_allclose(null.deviance, -2.0 * st.fit(st.poisson("k ~ x + (1 | g)", table())).loglik, rtol=1e-9)
    assert null.lost == 1
    assert again(found, found.model).integral.nodes == found.integral.nodes


def test_ratios_of_drawn_outcomes():
    found = fit("logistic").found
    null, y = without(found, 0, None), np.asarray(table()["y"], dtype=float)
    first, second = drawn_ratios(found, null, iter([y, 1.0 - y]))
    assert_allclose(first, null.deviance + 2.0 * found.loglik, rtol=1e-6)
    assert_allclose(second, first, rtol=1e-6)  # events and their absence
    assert with_outcome(found.model, y).y is y


@pytest.mark.slow
def test_a_step_without_a_group_is_near_the_fit_without_it():
    for name in ("slopes", "crossed"):
        one = fit(name)
        codes = one.model.random[0].codes
        worst = max(range(6), key=lambda j: np.abs(one.estimate - without_rows(one.found, codes == j)).max())
        step = one.estimate - without_rows(one.found, codes == worst)
        left = {key: np.asarray(column)[codes != worst] for key, column in table().items()}
        whole = one.estimate - st.fit(st.poisson(one.model.formula, left)).estimate
        assert_allclose(step, whole, atol=0.25 * np.abs(whole).max())  # of second order
