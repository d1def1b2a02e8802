"""Adjusted p-values: statsmodels' and R's numbers."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from statsmodels.stats.multitest import multipletests

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.hypotheses.result import METHODS, method_of

THEIRS = {
    "holm": "holm", "bonferroni": "bonferroni", "sidak": "sidak", "hochberg": "simes-hochberg", "hommel": "hommel",
    "fdr": "fdr_bh", "by": "fdr_by",
}  # fmt: skip
FROM_R = {
    "holm": [0.04, 0.20, 0.15, 0.015, 0.25], "hochberg": [0.04, 0.20, 0.15, 0.015, 0.25],
    "hommel": [0.04, 0.20, 0.15, 0.015, 0.25], "fdr": [0.025, 0.125, 0.25 / 3, 0.015, 0.25],
}  # fmt: skip
"""p.adjust(c(0.01, 0.1, 0.05, 0.003, 0.25), method = ) of R 4.5"""


@pytest.mark.parametrize("method", THEIRS)
def test_equal_statsmodels(method):
    g = np.random.default_rng(1)
    for size in (1, 2, 3, 7, 20):
        p = g.random(size) ** 3
        assert_allclose(st.p_adjust(p, method), multipletests(p, method=THEIRS[method])[1], rtol=1e-10)


@pytest.mark.parametrize("method", FROM_R)
def test_equal_r(method):
    assert_allclose(st.p_adjust([0.01, 0.1, 0.05, 0.003, 0.25], method), FROM_R[method], rtol=1e-10)


def test_ties_ends_and_names():
    assert st.p_adjust([0.0, 1.0, 0.5, 0.5], "fdr").tolist() == pytest.approx([0.0, 1.0, 2 / 3, 2 / 3])
    series = st.p_adjust(pd.Series([0.01, 0.04], index=["a", "b"], name="p"), "bonferroni")
    assert series.to_dict() == {"a": 0.02, "b": 0.08}
    assert st.p_adjust([], "holm").shape == (0,)
    assert [method_of(word) for word in ("BH", "fdr_bh", "BY", "simes-hochberg")] == ["fdr", "fdr", "by", "hochberg"]
    assert set(THEIRS) | {"none"} == set(METHODS)


def test_what_are_no_p_values_is_told():
    for wrong in ([0.1, np.nan], [1.2], "p", None):
        with pytest.raises(DomainError, match="p-values"):
            st.p_adjust(wrong)
    with pytest.raises(IncompatibleError, match="one family"):
        st.p_adjust([[0.1, 0.2]])
    with pytest.raises(DomainError, match="got 'tukey'"):
        st.p_adjust([0.1], "tukey")  # type: ignore[arg-type]
