"""Fits with standard errors of few clusters beside others: what statsmodels has not is said, kinds are told apart."""

import numpy as np
import pandas as pd
import pytest

import stattools as st

RNG = np.random.default_rng(0)
DATA = pd.DataFrame({"x": RNG.normal(size=60), "g": RNG.integers(0, 8, 60)})
DATA["y"] = DATA.x + RNG.normal(size=60)
MODEL = st.ols("y ~ x", DATA)
FEW = st.fit(MODEL, cov=st.Cluster("g", kind="CR2"))


@pytest.mark.parametrize("cov", [st.Cluster("g", kind="CR2"), st.Cluster("g", kind="CR3"), st.HAC("auto")])
def test_validate_says_what_statsmodels_has_not(cov):
    found = st.validate(st.fit(MODEL, cov=cov))
    assert found.ok
    assert found.notes[0].startswith("statsmodels has no")


def test_explain_tells_kinds_of_clusters_and_their_degrees_of_freedom_apart():
    found = st.explain(FEW, st.fit(MODEL, cov=st.Cluster("g")))
    assert {row.cause for row in found.table().itertuples()} >= {"covariance", "normal or t"}
    said = " ".join(str(found).split())
    assert "Cluster(g, CR2) or Cluster(g)" in said
    assert "to 5.96 degrees of" in said
    assert st.audit(FEW).ok
