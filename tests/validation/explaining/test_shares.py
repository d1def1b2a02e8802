"""Shares of a difference against refits by hand."""

import numpy as np
from numpy.testing import assert_allclose
from sklearn.linear_model import LogisticRegression, Ridge

import stattools as st
from tests.validation.explaining.test_explain import COLUMNS, d, gaps, line, ours


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
