import pandas as pd
import pytest

import stattools as st
from stattools.validation.explaining.reproduce import reproduce
from tests.validation.conventions.planted import LOGISTIC, OLS, TABLE

REORDERED = TABLE.assign(g=pd.Categorical(TABLE.g, categories=["b", "a", "c"]))


def _printed(model, digits=4, **options):
    table = st.fit(model, **options).table()[["term", "estimate", "se", "p_value"]]
    return table.round(digits)


def test_a_claim_that_stands_is_reproduced_as_it_stands():
    found = reproduce(_printed(OLS), OLS)
    assert found.ok
    assert found.conventions == ()
    assert "as it stands" in found.sentence
    assert len(found.table()) == 3 * len(OLS.names)
    assert found.left.empty


def test_the_page_names_the_conventions_and_what_to_do():
    found = reproduce(_printed(st.ols("y ~ x + z + g", REORDERED), cov="HC1"), OLS)
    assert found.ok
    assert [one.cause for one in found.findings] == ["reference level", "kind of standard errors"]
    text = str(found)
    assert "b is the reference level of g" in text
    assert max(map(len, text.splitlines())) <= 80
    assert "HC1" in repr(found)
    assert "HC1" in found.markdown()


def test_what_is_left_and_what_was_not_tried_are_told():
    claim = _printed(LOGISTIC).assign(estimate=lambda frame: frame.estimate + [0.0, 0.5, 0.0])
    found = reproduce(claim, st.logistic(TABLE.up, TABLE[["x", "z"]]), seconds=0.5)
    assert not found.ok
    assert found.left["term"].tolist() == ["x"]
    assert "leave" in found.sentence
    assert "a table" in found.not_tried[-1]
    assert "Not reproduced" in str(found)


def test_what_stands_beside_the_claim_is_reproduced_too():
    fit = st.fit(LOGISTIC)
    claim = dict(zip(LOGISTIC.names, fit.estimate.round(4), strict=True))
    assert reproduce(claim, LOGISTIC, se=fit.se.round(4), loglik=f"{fit.loglik:.3f}", n=80).ok
    assert not reproduce(claim, LOGISTIC, loglik=f"{fit.loglik - 3:.3f}", seconds=0.2).ok


def test_refusals():
    with pytest.raises(st.DomainError, match="seconds="):
        reproduce({"x": 1.0}, OLS, seconds=0)
    with pytest.raises(st.IncompatibleError, match="regressions"):
        reproduce({"x": 1.0}, st.coin([1, 0, 1]))
    with pytest.raises(st.IncompatibleError, match="model"):
        reproduce({"x": 1.0}, TABLE)
