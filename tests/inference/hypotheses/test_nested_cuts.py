"""A smaller model of labels in order has the same cuts in the larger one."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import IncompatibleError
from stattools.inference.hypotheses.nested import embedding


@pytest.fixture(scope="module")
def table():
    g = np.random.default_rng(3)
    x, z = g.normal(5.0, 1.0, 200), g.normal(size=200)
    y = np.digitize(0.7 * x - 0.4 * z + g.logistic(size=200), [2.5, 3.5, 4.5])
    return {"y": y, "x": x, "z": z, "both": x + z + 3.0}


LARGER = {
    "columns": ("y ~ x + z", {}),
    "effects at cuts": ("y ~ x + z", {"nonparallel": ["x"]}),
    "all effects at cuts": ("y ~ x + z", {"nonparallel": ["x", "z"]}),
    "a scale": ("y ~ x + z", {"scale": "~ z"}),
}


@pytest.mark.parametrize("name", LARGER)
@pytest.mark.parametrize("smaller", ["y ~ x", "y ~ 1", "y ~ both"])
def test_the_log_likelihood_is_that_of_the_smaller_model(table, name, smaller):
    formula, options = LARGER[name]
    full, small = st.ordinal(formula, table, **options), st.fit(st.ordinal(smaller, table))
    theta = embedding(full, small.model, small.estimate)
    assert_allclose(full.loglik(theta), small.loglik, rtol=1e-12)


def test_effects_at_cuts_are_in_those_of_more_columns(table):
    full = st.ordinal("y ~ x + z", table, nonparallel=["x", "z"])
    small = st.fit(st.ordinal("y ~ x + z", table, nonparallel=["x"]))
    assert_allclose(full.loglik(embedding(full, small.model, small.estimate)), small.loglik, rtol=1e-12)


def test_what_is_not_nested_is_refused(table):
    with pytest.raises(IncompatibleError, match="not nested"):
        st.likelihood_ratio(
            st.fit(st.ordinal("y ~ x + z", table, nonparallel=["x"])),
            st.fit(st.ordinal("y ~ x + z", table, scale="~ z")),
        )
