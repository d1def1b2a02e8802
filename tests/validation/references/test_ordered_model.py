"""statsmodels' ordered model in our thresholds: its numbers are ours, robust errors too."""

import numpy as np
import pytest

import stattools as st


@pytest.fixture(scope="module")
def table():
    g = np.random.default_rng(5)
    x = g.normal(size=150)
    return {"y": np.digitize(x + g.logistic(size=150), [-1.0, 0.5]), "x": 1e6 * x, "o": 0.3 * x}


@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_both_agree(table, link):
    agreement = st.validate(st.fit(st.ordinal("y ~ x", table, link=link, offset="o")))
    assert "OrderedModel agrees" in str(agreement)
    assert agreement.ok


def test_robust_errors_agree(table):
    assert st.validate(st.fit(st.ordinal("y ~ x", table), cov="HC1")).ok


def test_effects_at_cuts_and_a_scale_have_the_density_as_reference(table):
    for options in ({"nonparallel": ["x"]}, {"scale": "~ x"}):
        scaled = table | {"x": 1e-6 * np.asarray(table["x"])}
        assert st.validate(st.fit(st.ordinal("y ~ x", scaled, **options))).ok
