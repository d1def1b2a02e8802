"""Robust covariances against those of statsmodels, which has some of them under other names."""

from dataclasses import replace

import pytest
from numpy.testing import assert_allclose

import stattools as st
from tests.cases import rng
from tests.sizes import first
from tests.validation.test_validate import CASES, frame

GROUPS, OTHER = rng(1).integers(0, 30, 200), rng(2).integers(0, 25, 200)


COVS = [
    "HC0",
    "HC1",
    "robust",
    st.HAC(3),
    st.HAC(2, "uniform", correction="stata"),
    *(st.Cluster(GROUPS, correction=c) for c in ("stata", "statsmodels", "none")),
    *(st.Cluster(GROUPS, OTHER, correction=c) for c in ("stata", "statsmodels", "none")),
]


@pytest.mark.parametrize("case", first(9, CASES), ids=lambda case: f"{case[0].__name__} {case[1]} {case[2]}")
def test_a_robust_fit_is_compared_with_the_same_covariance(case):
    make, formula, options, _ = case
    model = make(formula, frame().assign(fails=lambda data: data.fails + 1), **options)  # no row without trials
    for cov in COVS:
        if isinstance(cov, st.HAC) and model.rows.weight is not None:
            continue
        fit = st.fit(model, cov=cov)
        check = st.validate(fit)
        assert fit.cov in check.sentence
        assert "agrees" in check.sentence
        assert (check.table().se_digits > 6).all()
        assert_allclose(check.table().se, fit.se, rtol=1e-12)
        assert not check.notes


@pytest.mark.parametrize("cov", ["HC2", "HC3", "HC4"])
def test_leverages_are_compared_for_least_squares_and_said_to_have_no_reference_elsewhere(cov):
    check = st.validate(st.fit(st.ols("y ~ x", frame(), precision="w", weights="w"), cov=cov))
    assert check.ok
    assert not check.notes
    assert f"({cov}; digits: ≥ 10)" in check.sentence
    check = st.validate(st.fit(st.logistic("b ~ x", frame()), cov=cov))
    assert check.ok
    assert "returns HC0 under that name" in check.notes[0]
    assert_allclose(check.table().se, st.fit(st.logistic("b ~ x", frame()), cov="HC0").se, rtol=1e-12)


def test_a_wrong_robust_covariance_is_found():
    fit = st.fit(st.logistic("b ~ x", frame()), cov=st.Cluster(GROUPS))
    check = st.validate(replace(fit, covariance=1.0002 * fit.covariance))
    assert not check.ok
    assert "standard errors differ by up to 1.0e-04 of them" in check.sentence
