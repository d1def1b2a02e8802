"""What scikit-learn's objects say of their fit."""

import numpy as np
from numpy.testing import assert_allclose
from sklearn.linear_model import LogisticRegression

import stattools as st
from tests.validation.explaining.test_audit import X, table, yes


def test_no_penalty_is_right():
    found = st.audit(LogisticRegression(C=np.inf, tol=1e-8).fit(X, yes), X=X, y=yes)
    assert found.ok
    assert "no standard errors are reported" in found.sentence
    assert_allclose(found.table()["right_se"], st.fit(st.logistic(yes, X)).se, rtol=1e-6)


def test_tables_with_names():
    whole = table.dropna()
    found = st.audit(LogisticRegression().fit(whole[list("abc")], whole["y"]), whole, y="y")
    assert found.table()["term"].tolist() == ["Intercept", "a", "b", "c"]
