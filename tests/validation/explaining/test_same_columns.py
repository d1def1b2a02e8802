"""Columns and categories under other names are matched by their values."""

import numpy as np
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from numpy.testing import assert_allclose
from sklearn.linear_model import LogisticRegression, Ridge

import stattools as st
from stattools.errors import IncompatibleError
from tests.validation.explaining.test_explain import COLUMNS, d, gaps, line, ours


def test_columns_and_categories_under_other_names_are_matched_by_their_values():
    text = st.fit(st.softmax("g ~ a + b", d))
    codes = sm.MNLogit(d.g.map({"p": 0, "q": 1, "r": 2}).to_numpy(), sm.add_constant(d[["a", "b"]].to_numpy()))
    found = st.explain(text, codes.fit(disp=0))
    assert found.same
    assert "x1 is a, x2 is b, 0 is p, 1 is q, 2 is r" in found.notes[0]
    other = smf.mnlogit("h ~ a + b", d.assign(h=d.g.map({"r": 0, "p": 1, "q": 2}))).fit(disp=0)
    why = st.explain(text, other)
    assert why.table()["cause"].tolist() == ["reference level"]
    assert_allclose(why.table()["estimates"], 1.0, atol=1e-6)
    shrunk = LogisticRegression(C=0.1, tol=1e-10, max_iter=5000).fit(d[["a", "b"]].to_numpy(), codes.endog)
    why = st.explain(text, shrunk, X=d[["a", "b"]].to_numpy(), y=codes.endog)
    assert why.ok
    assert why.table()["cause"].tolist() == ["penalty"]


def test_matching_by_values_needs_values_that_are_the_same():
    left = line("q ~ 0 + a")
    right = sm.OLS(d.q.to_numpy(), d[["b"]].to_numpy()).fit()
    with pytest.raises(IncompatibleError, match="none in common, by name or by the values"):
        st.explain(left, right)


def test_several_causes_add_up_to_the_whole():
    """Each share is what the refit on the way moves, seen along the whole difference."""
    a, table = ours("y ~ a + b + c", gaps), d.assign(b=d.b / 10, y=1 - d.y)
    b = LogisticRegression(fit_intercept=False, tol=1e-10).fit(table[COLUMNS], table.y)
    found = st.explain(a, b, data=table)
    rows = found.table().set_index("cause")
    assert found.ok
    assert set(rows.index) == {"rows dropped", "sign of the outcome", "intercept", "scaling", "penalty"}
    assert_allclose(rows["estimates"].sum(), 1.0, atol=1e-3)
    assert all(cause in found.sentence for cause in rows.index if abs(rows.loc[cause, "estimates"]) > 0.005)


def test_shares_against_refits_by_hand():
    """Intercept first, then the penalty: two refits with the package's own functions."""
    a = line("q ~ a + b")
    b = Ridge(alpha=50.0, fit_intercept=False).fit(d[["a", "b"]], d.q)
    found = st.explain(a, b, data=d).table().set_index("cause")
    between = line("q ~ 0 + a + b").estimate
    ends = st.fit(st.ols("q ~ 0 + a + b", d), penalty=st.Ridge(50.0)).estimate
    assert_allclose(ends, b.coef_, rtol=1e-8)
    unit = np.minimum(a.se, np.append(np.inf, line("q ~ 0 + a + b").se))
    start, middle, end = (v / unit for v in (a.estimate, np.append(0.0, between), np.append(0.0, ends)))
    whole = end - start
    # the second unit is measured at b's own numbers, whose residual scale is a little larger
    assert_allclose(found.loc["intercept", "estimates"], (middle - start) @ whole / (whole @ whole), rtol=1e-2)
    assert_allclose(found["estimates"].sum(), 1.0, rtol=1e-10)
