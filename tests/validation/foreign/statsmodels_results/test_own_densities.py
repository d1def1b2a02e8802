"""BetaModel and counts without zeros: parameters in our order, right and wrong fits."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.discrete.truncated_model import TruncatedLFNegativeBinomialP, TruncatedLFPoisson
from statsmodels.othermod import betareg

import stattools as st
from stattools.errors import IncompatibleError
from tests.validation.explaining.test_audit import quiet

draw = np.random.default_rng(2)
X = pd.DataFrame({"x": draw.normal(size=150), "const": 1.0})
mean = 1.0 / (1.0 + np.exp(-0.5 * X.x))
share = draw.beta(8.0 * mean, 8.0 * (1.0 - mean))
counts, spread = draw.poisson(np.exp(0.5 + 0.4 * X.x)), draw.negative_binomial(2, 2 / (2 + np.exp(0.8 + 0.4 * X.x)))
L = sm.families.links
BetaModel: Any = betareg.BetaModel


RIGHT = [
    (lambda: BetaModel(share, X), ["Intercept", "x", "log precision"]),
    (
        lambda: BetaModel(share, X, exog_precision=X, link=L.Probit()),
        ["Intercept", "x", "log precision: Intercept", "log precision: x"],
    ),
    (lambda: TruncatedLFPoisson(counts, X, offset=0.1 * X.x), ["Intercept", "x"]),
    (lambda: TruncatedLFNegativeBinomialP(spread, X), ["Intercept", "x", "log alpha"]),
]


@pytest.mark.parametrize(
    ("make", "terms"),
    [*RIGHT[:1], *(pytest.param(*one, marks=pytest.mark.slow) for one in RIGHT[1:])],
    ids=["beta", "precision", "Poisson", "negative binomial"],
)  # fmt: skip
def test_right_fits_are_right(make, terms):
    found = quiet(lambda: st.audit(make().fit(disp=False, method="bfgs", maxiter=500)))
    assert found.ok, found
    assert found.rows["term"].tolist() == terms


@pytest.mark.slow
def test_wrong_fits_are_named():
    early = quiet(lambda: BetaModel(share, X).fit(disp=False, maxiter=1))
    assert st.audit(early).findings[0].cause == "stopped early"
    expected = quiet(lambda: BetaModel(share, X).fit(disp=False, cov_type="eim"))
    assert st.audit(expected).findings[0].cause == "standard errors not checked"


@pytest.mark.slow
def test_what_has_no_twin_is_refused():
    second = quiet(lambda: TruncatedLFPoisson(counts, X, truncation=1).fit(disp=False))
    with pytest.raises(IncompatibleError, match="truncation=1"):
        st.audit(second)
    other = quiet(lambda: BetaModel(share, X, link_precision=L.Identity()).fit(disp=False, maxiter=1))
    with pytest.raises(IncompatibleError, match="Logit and Identity"):
        st.audit(other)
