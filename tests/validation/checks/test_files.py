"""Fits of rows in files are validated over all rows and on the sample, and wrong ones are found."""

from dataclasses import replace

import numpy as np
import pytest

import stattools as st
from stattools.data.files import first_pass
from stattools.data.rows.rows import OnDisk
from tests.data.files.test_scanned_rows import DATA, MODELS, model_of, write


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.setattr(first_pass, "HELD", 400)

    def scanned(data):
        write(tmp_path, data, [100, 100, 500], 77)
        return st.scan(tmp_path)

    return scanned


@pytest.mark.parametrize("case", MODELS, ids=lambda case: case[1])
def test_every_model_agrees_over_all_rows_and_on_the_sample(case, files):
    make, formula, options, data = model_of(case, DATA)
    check = st.validate(st.fit(make(formula, files(data), **options)))
    n = int(data.x.notna().sum() if formula.count("g") == 0 else (data.x.notna() & data.g.notna()).sum())
    assert check.ok, check.sentence
    assert check.sentence.startswith(f"A second computation over all {n:,} rows, read again")
    assert "rows, fitted alone: statsmodels" in check.notes[0]
    assert check.decrement < 1e-8
    assert check.table()[["digits", "se_digits"]].to_numpy().min() >= 8


@pytest.mark.parametrize(
    "make",
    [
        lambda rows: st.gamma("a ~ x", rows, dispersion="~ g"),
        lambda rows: st.glm("t ~ x", rows, family="normal", scale="~ g"),
        lambda rows: st.negative_binomial("c ~ x + g", rows, dispersion="~ x"),
    ],
)
def test_a_parameter_with_a_formula_is_summed_again_too(make, files):
    g = np.random.default_rng(3)
    n = len(DATA)
    spread = np.where(DATA.g == "a", 0.5, 1.0)
    data = DATA.assign(a=g.gamma(1.0 / spread, spread), c=g.negative_binomial(2, 0.3, n), t=spread * g.normal(size=n))
    check = st.validate(st.fit(make(files(data))))
    assert check.ok, check.sentence
    assert check.sentence.startswith("A second computation over all")
    assert check.table()[["digits", "se_digits"]].to_numpy().min() >= 7


@pytest.mark.parametrize("cov", ["HC0", "HC1", "robust"])
def test_robust_errors_are_those_of_all_rows(cov, files):
    assert st.validate(st.fit(st.ols("t ~ x + z", files(DATA), weights="w"), cov=cov)).ok


def test_other_errors_are_said_not_to_be_compared(files):
    check = st.validate(st.fit(st.logistic("y ~ x", files(DATA)), cov=st.Cluster("k")))
    assert check.ok
    assert "of the inverse information, not Cluster(k" in check.sentence + " ".join(check.notes)


@pytest.mark.parametrize("penalty", [st.Ridge(3.0), st.Ridge(3.0, centered=False)])
def test_a_ridge_is_at_its_own_maximum(penalty, files):
    check = st.validate(st.fit(st.softmax("g ~ x + z", files(DATA)), penalty=penalty))
    assert check.ok, check.sentence
    assert np.isnan(check.table()["se"]).all()


def test_a_fit_beside_the_maximum_is_found(files):
    fit = st.fit(st.poisson("c ~ x", files(DATA)))
    for wrong in (
        replace(fit, estimate=fit.estimate + 1e-3 * fit.se),
        replace(fit, covariance=1.01 * fit.covariance),
        replace(fit, loglik=fit.loglik + 0.01),
        replace(fit, model=replace(fit.model, rows=replace(fit.model.rows, X=OnDisk((879, 2))))),
    ):
        check = st.validate(wrong)
        assert not check.ok
        assert "does not agree" in check.sentence


def test_a_sample_without_a_fit_of_its_own_is_said(files):
    seen = st.ols("t ~ x", files(DATA)).rows.sampled.X[:, 1]
    unseen = np.flatnonzero(~np.isin(DATA.x, seen) & DATA.x.notna())[:3]
    data = DATA.assign(rare=np.isin(np.arange(len(DATA)), unseen).astype(int))
    check = st.validate(st.fit(st.ols("t ~ x + rare", files(data))))
    assert check.ok
    assert check.sentence.startswith("A second computation over all 880 rows")
    assert "A sample of 391 rows says nothing, as it has no fit of its own: Linear regression cannot tell" in " ".join(
        (check.sentence, *check.notes)
    )
