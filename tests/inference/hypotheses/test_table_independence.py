"""Tests of independence against SciPy, and against the regressions that they are."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import stattools as st
from stattools.errors import DomainError, IncompatibleError

TABLE = np.array([[10, 20, 7], [30, 25, 12]])


@pytest.mark.parametrize(("test", "power"), [("score", 1.0), ("lr", 0.0)])
def test_statistics_are_scipys(test, power):
    found = st.independence(TABLE, test=test)
    theirs = stats.chi2_contingency(TABLE, correction=False, lambda_=power)
    assert (found.statistic, found.df) == (pytest.approx(theirs.statistic, rel=1e-12), theirs.dof)
    assert found.p_value == pytest.approx(theirs.pvalue, rel=1e-10)


def test_it_is_the_score_test_and_the_likelihood_ratio_of_a_regression():
    cells = pd.DataFrame({"n": TABLE.ravel(), "a": np.repeat(["u", "v"], 3), "b": list("pqr") * 2})
    apart = st.fit(st.poisson("n ~ a + b", cells))
    full = st.fit(st.poisson("n ~ a * b", cells))
    assert st.independence(TABLE, test="lr").statistic == pytest.approx(
        st.likelihood_ratio(full, apart).statistic, rel=1e-8
    )
    squares = float((apart.residuals_of("pearson") ** 2).sum())
    assert st.independence(TABLE).statistic == pytest.approx(squares, rel=1e-8)
    rows = pd.DataFrame({"a": np.repeat([0, 1], TABLE.sum(axis=1)), "b": np.concatenate(
        [np.repeat(list("pqr"), row) for row in TABLE])})  # fmt: skip
    assert st.independence("b ~ a", rows).statistic == pytest.approx(st.independence(TABLE).statistic, rel=1e-12)


def test_the_exact_test_is_fishers():
    found = st.independence([[8, 2], [1, 5]], test="exact")
    assert found.p_value == pytest.approx(stats.fisher_exact([[8, 2], [1, 5]]).pvalue, rel=1e-9)
    assert "All tables with these margins" in found.note
    near = st.independence(TABLE, test="exact").p_value
    assert near == pytest.approx(st.independence(TABLE).p_value, abs=0.02)  # chi2 is an approximation


def test_large_tables_are_drawn_where_a_seed_is_given(monkeypatch):
    import stattools.inference.hypotheses.exact as module

    monkeypatch.setattr(module, "MOST_TABLES", 20_000)
    job = [[1, 2, 1, 0], [3, 3, 6, 1], [10, 10, 14, 9], [6, 7, 12, 11]]
    with pytest.raises(IncompatibleError, match="Give seed="):
        st.independence(job, test="exact")
    one, same = (st.independence(job, test="exact", seed=1, draws=2000) for _ in range(2))
    assert one.p_value == same.p_value == pytest.approx(0.7827, abs=0.04)  # R's fisher.test; Monte Carlo 0.009
    assert "2,000 random tables" in one.note


def test_a_table_of_a_hundred_is_exact():
    """R: fisher.test(matrix(c(1,2,1,0, 3,3,6,1, 10,10,14,9, 6,7,12,11), 4, byrow=TRUE))$p.value."""
    job = [[1, 2, 1, 0], [3, 3, 6, 1], [10, 10, 14, 9], [6, 7, 12, 11]]
    found = st.independence(job, test="exact")
    assert found.p_value == pytest.approx(0.782684938966532, rel=1e-9)
    assert "All tables with these margins" in found.note


def test_empty_rows_and_small_counts_are_said():
    found = st.independence(pd.DataFrame({"p": [3, 0, 2], "q": [1, 0, 4], "none": [0, 0, 0]}, index=list("abc")))
    assert found.df == 1
    assert "left out: row 'b'" in found.note
    assert "left out: column 'none'" in found.note
    assert "4 expected counts below 5, the smallest 2" in found.note


def test_what_it_cannot_do_is_told():
    with pytest.raises(DomainError, match="two rows and two columns with counts; got 1 x 2"):
        st.independence([[1, 2], [0, 0]])
    with pytest.raises(DomainError, match="test="):
        st.independence(TABLE, test="fisher")
    with pytest.raises(DomainError, match="one table"):
        st.independence([[[1, 2], [3, 4]], [[1, 2], [3, 4]]])
