import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import IncompatibleError
from tests.models.mixed.test_linear_mixed import TABLE


@pytest.fixture(scope="module")
def fits():
    both = [st.linear_mixed(f"y ~ {right} + (1 | g)", TABLE) for right in ("x", "1")]
    return {(k, reml): st.fit(model, reml=reml) for k, model in enumerate(both) for reml in (True, False)}


def test_a_likelihood_ratio_is_of_maxima_of_one_likelihood(fits):
    test = st.likelihood_ratio(fits[0, False], fits[1, False])
    assert test.df == 1
    assert_allclose(test.statistic, 2 * (fits[0, False].loglik - fits[1, False].loglik))


@pytest.mark.parametrize("ask", [st.likelihood_ratio, st.compare])
def test_restricted_likelihoods_of_other_fixed_effects_do_not_compare(fits, ask):
    with pytest.raises(IncompatibleError, match="Fit both with reml=False"):
        ask(fits[0, True], fits[1, True])
    with pytest.raises(IncompatibleError, match="reml=False"):
        ask(fits[0, False], fits[1, True])


def test_other_random_parts_compare_by_criteria_and_have_no_ratio(fits):
    other = st.fit(st.linear_mixed("y ~ x + (0 + x | g)", TABLE))
    with pytest.raises(IncompatibleError, match="random parts differ"):
        st.likelihood_ratio(fits[0, True], other)
    table = st.compare(fits[0, True], other).table()
    assert table["p"].tolist() == [4, 4]
    assert_allclose(table["aic"], [fits[0, True].aic, other.aic])


def test_a_regression_without_groups_compares_by_criteria(fits):
    least = st.fit(st.ols("y ~ x", TABLE))
    with pytest.raises(IncompatibleError, match="random parts differ"):
        st.likelihood_ratio(fits[0, False], least)
    table = st.compare(fits[0, False], least).table()
    assert table["p"].tolist() == [4, 3]
    assert_allclose(table["aic"], 2 * np.array([4, 3]) - 2 * table["loglik"])
