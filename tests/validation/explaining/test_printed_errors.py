"""Standard errors of another kind than their label says."""

import pytest

import stattools as st
from tests.validation.explaining.test_audit import Binomial, C, sm, yes


@pytest.mark.parametrize("kind", ["HC1", "HC2", "HC3"])
@pytest.mark.parametrize("make", [sm.Logit, lambda y, X: sm.GLM(y, X, family=Binomial())], ids=["Logit", "GLM"])
def test_robust_labels_that_are_hc0(make, kind):
    keywords = {"disp": 0} if make is sm.Logit else {}
    found = st.audit(make(yes, C).fit(cov_type=kind, **keywords))
    assert [f.cause for f in found.findings] == [f"{kind} is HC0"]
    assert found.distance < 1e-6
    assert "standard errors are not what they are called" in found.sentence
