"""Our own fits beside those of other packages."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from sklearn.linear_model import LogisticRegression

import stattools as st
from tests.validation.explaining.test_explain import COLUMNS, d, ours


def test_the_same_fit_in_three_packages():
    own = ours("y ~ a + b")
    other = smf.logit("y ~ a + b", d).fit(disp=0)
    third = LogisticRegression(C=np.inf, tol=1e-10).fit(d[["a", "b"]], d.y)
    for a, b in ((own, other), (other, own), (own, third), (third, other)):
        found = st.explain(a, b, data=d)
        assert found.same
        assert "are the same" in str(found)
    assert st.explain(st.fit(st.logistic("y ~ a + b + c", d), penalty=st.Ridge(1.0)),
                      LogisticRegression(tol=1e-10).fit(d[COLUMNS], d.y), data=d).same  # fmt: skip


@pytest.mark.parametrize("centered", [None, False])
def test_a_softmax_fit_with_a_ridge_is_explained_by_its_ridge(centered):
    g = np.random.default_rng(4)
    X = pd.DataFrame(g.normal(size=(120, 2)), columns=["a", "b"])
    y = np.array(["u", "v", "w"])[np.argmax(X.to_numpy() @ g.normal(size=(2, 3)) + g.gumbel(size=(120, 3)), axis=1)]
    ours = st.fit(st.softmax(y, X), penalty=st.Ridge(2.0, centered=centered))
    theirs = st.fit(st.softmax(y, X))
    found = st.explain(ours, theirs)
    assert found.table().cause.tolist() == ["penalty"]
    assert found.ok
    assert repr(ours.penalty) in str(found)
