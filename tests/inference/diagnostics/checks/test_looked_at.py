"""What several checks need."""

import pytest

import stattools as st
from stattools.errors import StattoolsError
from stattools.inference.diagnostics.check import LookedAt
from tests.inference.diagnostics.checks.r_rows import TABLE


def test_coefficients_that_are_looked_at():
    fit = st.fit(st.ols("y ~ x * b + z", TABLE))
    assert [fit.names[k] for k in LookedAt(fit).asked] == ["z", "x:b"]
    assert LookedAt(st.fit(st.ols("y ~ 1", TABLE))).asked == [0]


def test_who_trusts_the_likelihood():
    model = st.poisson("count ~ x", TABLE)
    assert [LookedAt(st.fit(model, cov=cov)).trusts for cov in ("information", "quasi", "HC1")] == [True, True, False]
    of = LookedAt(st.fit(model))
    assert of.pearson is not None
    assert of.phi == of.pearson.ratio > 1.2
    assert LookedAt(st.fit(st.ols("y ~ x", TABLE))).phi == 1.0


def test_a_ridge_fit_has_no_bread():
    with pytest.raises(StattoolsError, match="no standard errors"):
        _ = LookedAt(st.fit(st.ols("y ~ x", TABLE), penalty=st.Ridge(1.0))).bread


def test_thresholds_are_looked_at_where_there_is_nothing_else():
    """A check of y ~ 1 ended in NumPy's own error, of a maximum of nothing."""
    fit = st.fit(st.ordinal("g ~ 1", {"g": [0, 1, 2, 1, 0, 2, 1, 1, 2, 0]}))
    assert LookedAt(fit).asked == [0, 1]
    assert len(fit.check().table())
