"""Exact tests against SciPy, and against the intervals that they belong to."""

import numpy as np
import pytest
from scipy import stats

import stattools as st
from stattools.errors import DomainError, IncompatibleError

TABLE = [[8, 2], [1, 5]]


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_p_values_are_scipys(alternative):
    found = st.exact_test(st.odds_ratio(TABLE), alternative=alternative)
    assert found.p_value == pytest.approx(stats.fisher_exact(TABLE, alternative=alternative).pvalue, rel=1e-9)
    found = st.exact_test(st.fit(st.binomial(9, 12)), 0.3, alternative=alternative)
    assert found.p_value == pytest.approx(stats.binomtest(9, 12, 0.3, alternative=alternative).pvalue, rel=1e-9)
    assert found.statistic == 9.0


@pytest.mark.parametrize(("kind", "interval"), [("central", "exact"), ("mid-p", "mid-p")])
def test_the_test_rejects_what_its_interval_leaves_out(kind, interval):
    model = st.odds_ratio(TABLE)
    for end in model.interval(0.9, kind=interval):
        assert st.exact_test(model, end, kind=kind).p_value == pytest.approx(0.1, rel=1e-8)


def test_what_is_tested_is_said():
    found = st.exact_test(st.odds_ratio(TABLE))
    assert found.hypothesis == ("log odds ratio = 0",)
    assert "statistic = 8" in repr(found)
    assert "df" not in str(found)
    assert st.exact_test(st.coin([1, 1, 1, 1]), alternative="greater").hypothesis == ("theta <= 0.5",)


def test_what_it_cannot_do_is_told():
    with pytest.raises(IncompatibleError, match="needs one count"):
        st.exact_test(st.multinomial([3, 4]))
    with pytest.raises(DomainError, match="alternative="):
        st.exact_test(st.binomial(3, 4), alternative="both")
    with pytest.raises(DomainError, match="kind="):
        st.exact_test(st.binomial(3, 4), kind="exact")
    with pytest.raises(DomainError, match="probability"):
        st.exact_test(st.binomial(3, 4), 1.5)
    with pytest.raises(DomainError, match="finite number"):
        st.exact_test(st.odds_ratio(TABLE), np.nan)
