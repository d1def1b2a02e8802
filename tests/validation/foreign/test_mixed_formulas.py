"""Mixed fits by a formula of lme4: fixed effects by the words of their terms, effects of groups in our order."""

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from stattools.validation.explaining.audit import judged
from stattools.validation.foreign.mixed import ForeignMixedFit, described_mixed

rng = np.random.default_rng(4)
n = 120
firm = np.repeat(np.arange(12), 10)
table = pd.DataFrame({"x": rng.normal(size=n), "kind": np.array(list("ab"))[rng.integers(0, 2, n)], "firm": firm})
effects = rng.normal(size=(12, 2)) * [1.0, 0.5]
table["y"] = 1 + table["x"] + effects[firm, 0] + effects[firm, 1] * table["x"] + rng.normal(size=n)
FORMULA = "y ~ x + kind + (1 + x | firm)"


@pytest.fixture(scope="module")
def right():
    """The maximum in the words of another package, with its effects in another order."""
    best = st.fit(st.linear_mixed(FORMULA, table))
    cov = best.found.covariances[0]
    return ForeignMixedFit(
        "a package",
        FORMULA,
        ("gaussian", "identity"),
        ("(Intercept)", "kindb", "x"),
        best.estimate[[0, 2, 1]],
        best.se[[0, 2, 1]],
        [("firm", ["x", "(Intercept)"], cov[::-1, ::-1])],
        float(np.sqrt(best.found.s2)),
        True,
        True,
    )


def said(right, **changes):
    return described_mixed(ForeignMixedFit(**{**vars(right), **changes}), table)


def test_right_fits_are_right(right):
    found = judged(said(right))
    assert found.ok, str(found)
    terms = found.table()["term"].tolist()
    assert terms[:3] == ["Intercept", "x", "kind[T.b]"]
    assert terms[-1] == "sd(Residual)"


def test_faults_are_named(right):
    name, order, cov = right.effects[0]
    assert not judged(said(right, effects=[(name, order, cov * 2.0)])).ok
    assert not judged(said(right, estimate=right.estimate + 0.1)).ok
    other = judged(said(right, se=right.se * 1.1))
    assert [one.cause for one in other.findings if one.serious] == ["standard errors of another kind"]
    assert judged(said(right, se=right.se * 1.1, errors="of a bootstrap")).ok


def test_what_does_not_fit_together(right):
    with pytest.raises(IncompatibleError, match="gamma with link log"):
        said(right, family=("gamma", "log"))
    with pytest.raises(IncompatibleError, match="none of the fit's"):
        said(right, effects=[("town", ["(Intercept)"], np.eye(1))])
    with pytest.raises(DomainError, match="2 fixed effects"):
        said(right, terms=("(Intercept)", "x"), estimate=right.estimate[:2], se=right.se[:2])
