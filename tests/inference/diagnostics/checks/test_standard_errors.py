"""Robust against own standard errors, and which of the two a fit has."""

import numpy as np
from numpy.testing import assert_allclose

import stattools as st
from tests.inference.diagnostics.checks.planted import of, rows, verdicts
from tests.inference.diagnostics.checks.r_rows import TABLE

R = rows()
UNEVEN = R | {"y": R["eta"] + R["noise"] * np.exp(0.5 * R["x"])}


def test_the_ratio_is_that_of_hc2():
    """sqrt(diag(vcovHC(m, "HC2")) / diag(vcov(m))) of m = lm(y ~ x + z + g): 1.051116916728 for x, the largest."""
    assert_allclose(of(st.fit(st.ols("y ~ x + z + g", TABLE)), "heteroskedasticity").value, 1.051116916728, rtol=1e-11)


def test_planted_heteroskedasticity():
    row = of(st.fit(st.ols("y ~ x + z", UNEVEN)), "heteroskedasticity")
    assert row.verdict == "no"
    assert 'cov="HC3"' in row.advice


def test_robust_standard_errors_are_right():
    table = st.fit(st.ols("y ~ x + z", UNEVEN), cov="HC3").check()
    assert table.set_index("check").verdict["heteroskedasticity"] == "ok"
    assert "too small" not in " ".join(table.advice)


def test_uneven_sizes_are_worth_a_look_where_standard_errors_hardly_notice():
    """A column that is not asked for: of 0 and 1 in equal parts, whose effect has the mean of both variances."""
    half = np.arange(400) % 2
    y = R["noise"] * (1.0 + 2.0 * half)
    row = of(st.fit(st.ols("y ~ half", R | {"y": y, "half": half})), "heteroskedasticity")
    assert row.verdict == "look"
    assert "differ in size" in row.advice


def test_counts_and_labels_have_it_by_another_name():
    y = np.random.default_rng(2).negative_binomial(1.0, 1.0 / (1.0 + np.exp(R["eta"])))
    assert verdicts(st.fit(st.poisson("y ~ x + z", R | {"y": y})))["robust errors"] == "no"
    assert "robust errors" not in verdicts(st.fit(st.poisson("y ~ x + z", R | {"y": y}), cov="quasi"))


def test_repeated_rows_are_weights():
    times = np.arange(400) % 3 + 1
    whole = {name: np.repeat(UNEVEN[name], times) for name in ("y", "x", "z")}
    some = [st.fit(st.ols("y ~ x + z", UNEVEN, weights=times)), st.fit(st.ols("y ~ x + z", whole))]
    one, other = (
        fit.check().set_index("check").drop(index="influence") for fit in some
    )  # a row is left out, not one copy
    assert_allclose(one.value, other.value[one.index], rtol=1e-8, atol=1e-12)
    assert one.verdict.to_dict() == other.verdict.to_dict()
