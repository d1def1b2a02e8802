"""Columns and categories under other names are matched by their values."""

import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from numpy.testing import assert_allclose
from sklearn.linear_model import LogisticRegression

import stattools as st
from stattools.errors import IncompatibleError
from tests.validation.explaining.test_explain import d, line


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
