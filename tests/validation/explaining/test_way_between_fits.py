"""The way from one fit to the other: one cause after the other, each removed by a refit."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import LogisticRegression

import stattools as st
from tests.validation.explaining.test_explain import ONE, d, ours, quiet


@pytest.mark.parametrize("name", ONE)
def test_one_cause_is_the_whole_difference(name):
    make, where = ONE[name]
    a, b = quiet(make)
    found = quiet(st.explain, a, b, data=d)
    assert not found.same
    assert found.ok
    rows = found.table()
    assert rows["cause"].tolist()[0] == name.split(",")[0].split(" taken")[0].split(" of softmax")[0].removesuffix(
        " of the outcome" if name.startswith("reference") else " "
    )
    for quantity in ("estimates", "se", "intervals"):
        shares = rows[quantity].dropna()
        assert bool(len(shares)) == (quantity in where), quantity
        if len(shares):
            assert_allclose(shares.iloc[0], 1.0, atol=5e-3)
            assert_allclose(shares.sum(), 1.0, atol=2e-3)


def test_what_no_refit_removes_is_said():
    weighted = LogisticRegression(C=np.inf, tol=1e-9).fit(d[["a", "b"]], d.y, sample_weight=d.w)
    found = st.explain(ours("y ~ a + b"), weighted, data=d)
    assert not found.ok
    assert found.table()["cause"].tolist() == ["unknown"]
    assert st.explain(ours("y ~ a + b", weights="w"), weighted, data=d, weights="w").same


RNG = np.random.default_rng(0)
CLUSTERED = pd.DataFrame({"x": RNG.normal(size=60), "g": RNG.integers(0, 8, 60)})
CLUSTERED["y"] = CLUSTERED.x + RNG.normal(size=60)


@pytest.mark.parametrize("cov", [st.Cluster("g", kind="CR2"), st.Cluster("g", kind="CR3"), st.HAC("auto")])
def test_validate_says_which_errors_statsmodels_has_not(cov):
    found = st.validate(st.fit(st.ols("y ~ x", CLUSTERED), cov=cov))
    assert found.ok
    assert found.notes[0].startswith("statsmodels has no")


def test_kinds_of_clusters_and_their_degrees_of_freedom_are_told_apart():
    model = st.ols("y ~ x", CLUSTERED)
    few = st.fit(model, cov=st.Cluster("g", kind="CR2"))
    found = st.explain(few, st.fit(model, cov=st.Cluster("g", kind="CR1")))
    assert {row.cause for row in found.table().itertuples()} >= {"covariance", "normal or t"}
    said = " ".join(str(found).split())
    assert "Cluster(g, CR2) or Cluster(g," in said
    assert "to 5.96 degrees of" in said
    assert st.audit(few).ok
