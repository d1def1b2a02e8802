"""The same fit elsewhere: in statsmodels, from a file of rows, from a saved file, beside another fit."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from tests.cases import OWN
from tests.matrix.asked import Asked
from tests.matrix.predictions import new_rows
from tests.matrix.question import question


@question("st.validate", refused=("gumbel",))
def validate(a: Asked) -> None:
    """The reference agrees, and has SciPy's log-likelihood at SciPy's maximum."""
    found = st.validate(a.fit)
    assert found.ok, found.sentence
    assert_allclose(found.reference_loglik, a.own_loglik, rtol=1e-9)
    assert_allclose(found.rows.estimate, a.theta, rtol=1e-12)
    assert (np.abs(found.rows.difference_in_se) < 1e-5).all()


@question("st.explain", "Explanation")
def explain(a: Asked) -> None:
    """Nothing is to be explained of the same fit; of one with other standard errors they are all of it."""
    assert st.explain(a.fit, a.fit).rows.empty
    rows = st.explain(a.fit, a.refitted(cov="HC0").fit).rows
    assert (rows.cause.tolist(), rows.words.tolist()) == (["covariance"], ["information or HC0"])
    assert_allclose(rows.se, 1.0)


@question("st.audit", "Audit", "Finding")
def audit(a: Asked) -> None:
    """Our own fit is right; one whose standard errors are those of HC0, called those of the information, is not."""
    assert not [found for found in st.audit(a.fit).findings if found.serious]
    wrong = replace(a.refitted(cov="HC0").fit, cov="information", cov_kind="information")
    assert [found for found in st.audit(wrong).findings if found.serious]


@question("save", "st.load", refused=("gumbel", "cloglog"))
def saved(a: Asked) -> None:
    new = new_rows(a)
    with tempfile.TemporaryDirectory() as folder:
        functions = OWN["functions"] if "weibull" in a.case.words else None
        found = st.load(a.fit.save(Path(folder) / "fit"), likelihood=functions)
    assert_allclose(found.estimate, a.theta, rtol=0)
    assert_allclose(found.covariance, a.fit.covariance, rtol=0)
    assert found.names == a.fit.names
    assert found.loglik == a.fit.loglik
    assert found.n == a.fit.n
    pd.testing.assert_frame_equal(found.table(), a.fit.table())
    assert_allclose(found.predict(new), a.mean(a.theta, new), rtol=1e-9)
    pd.testing.assert_frame_equal(found.predict(new, interval=0.9), a.fit.predict(new, interval=0.9))
    assert str(found).splitlines()[0] == str(a.fit).splitlines()[0]


@question("st.scan", "predict_to", refused=("trials", "precision"))
def scanned(a: Asked) -> None:
    """Rows that stay in a file give the same fit, and predictions that are written to another."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        there = in_a_file(a, folder)
        assert_allclose(there.fit.estimate, a.theta, rtol=1e-6, atol=1e-8)
        assert_allclose(there.fit.covariance, a.fit.covariance, rtol=1e-6, atol=1e-9)
        assert_allclose(there.fit.loglik, a.own_loglik, rtol=1e-9)
        there.fit.predict_to(folder / "means.parquet")
        written = pd.read_parquet(folder / "means.parquet")
        assert_allclose(written.to_numpy(float).ravel(), a.mean(a.theta).ravel(), rtol=1e-6)


@question("predict_to")
def nothing_to_write(a: Asked) -> None:
    """Of rows in memory nobody writes predictions: `predict` has them."""
    with pytest.raises(st.DomainError, match=r"use fit\.predict\(table\)"):
        a.fit.predict_to("never", a.table)


@question("check", heavy=True)
def checks(a: Asked) -> None:
    """Rows as the model made them: what is looked at is measured, and a few of many looks may be chance."""
    found = a.fit.check()
    assert {"maximum", "influence", "collinearity"} <= set(found.check)
    assert found.value.notna().all()
    assert "no" not in set(found.verdict[found.check.isin(["maximum", "collinearity", "overdispersion", "zeros"])])
    assert set(found.attrs["unchecked"]) <= {"distribution"}


@question(
    "goodness of st.scan", refused=("trials", "precision", "beta", "own", "zero_inflated", "hurdle", "aft"), heavy=True
)
def goodness_of_files(a: Asked) -> None:
    with tempfile.TemporaryDirectory() as name:
        shown, own = (fit.goodness().iloc[0] for fit in (in_a_file(a, Path(name)).fit, a.fit))
    assert set(own.index) - set(shown.index) <= {"auc"}  # which compares all rows
    for key in shown.index:
        assert_allclose(shown[key], own[key], rtol=1e-5)


def in_a_file(a: Asked, folder: Path) -> Asked:
    a.table.to_parquet(folder / "rows.parquet", row_group_size=30)
    return a.refitted(table=st.scan(folder / "rows.parquet"))
