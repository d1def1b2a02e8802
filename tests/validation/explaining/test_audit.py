"""Other people's fits, right ones and wrong ones: the audit passes the first and names the cause of the second."""

import re
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api
import statsmodels.formula.api as smf
from numpy.testing import assert_allclose
from sklearn.linear_model import LogisticRegression

import stattools as st

sm: Any = statsmodels.api  # its annotations are narrower than what it takes
rng = np.random.default_rng(1)
n = 200
X = rng.normal(size=(n, 3)) * [1, 10, 0.1] + [0, 5, 0]
C = sm.add_constant(X)
eta = 0.3 + X @ [0.5, -0.1, 3.0]
yes = (rng.random(n) < 1 / (1 + np.exp(-eta))).astype(int)
quantity = eta + rng.normal(size=n)
count = rng.poisson(np.exp(0.2 * eta))
dispersed = rng.negative_binomial(1, 0.3, n)
kind = rng.integers(0, 3, n)
offset, weight, precision = rng.normal(size=n) * 0.3, rng.integers(1, 4, n), rng.random(n) + 0.5
firm = rng.integers(0, 20, n)
split = (X[:, 0] > 0).astype(int)
table = pd.DataFrame(X, columns=list("abc")).assign(
    y=yes, said=np.where(yes, "yes", "no"), g=np.array(list("pqr"))[kind]
)
table.loc[3, "a"] = np.nan
Binomial, Poisson, Gaussian = sm.families.Binomial, sm.families.Poisson, sm.families.Gaussian
PROBIT = sm.families.links.Probit


def quiet(make, *args, **kwargs):
    """Other people's warnings are part of what is audited, not of the test."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make(*args, **kwargs)


RIGHT = {
    **{f"OLS {c}": lambda c=c: sm.OLS(quantity, C).fit(cov_type=c) for c in ("nonrobust", "HC0", "HC1", "HC2", "HC3")},
    **{f"Logit {c}": lambda c=c: sm.Logit(yes, C).fit(disp=0, cov_type=c) for c in ("nonrobust", "HC0")},
    "OLS HAC": lambda: sm.OLS(quantity, C).fit(cov_type="HAC", cov_kwds={"maxlags": 3}),
    "OLS HAC corrected": lambda: sm.OLS(quantity, C).fit(
        cov_type="HAC", cov_kwds={"maxlags": 3, "use_correction": True}
    ),
    "OLS cluster": lambda: sm.OLS(quantity, C).fit(cov_type="cluster", cov_kwds={"groups": firm}),
    "Logit cluster": lambda: sm.Logit(yes, C).fit(disp=0, cov_type="cluster", cov_kwds={"groups": firm}),
    "MNLogit HC0": lambda: sm.MNLogit(kind, C).fit(disp=0, cov_type="HC0"),
    "WLS": lambda: sm.WLS(quantity, C, weights=precision).fit(),
    "Probit": lambda: sm.Probit(yes, C).fit(disp=0),
    "GLM probit": lambda: sm.GLM(yes, C, family=Binomial(link=PROBIT())).fit(),
    "GLM probit Newton": lambda: sm.GLM(yes, C, family=Binomial(link=PROBIT())).fit(method="newton"),
    "GLM probit HC0": lambda: sm.GLM(yes, C, family=Binomial(link=PROBIT())).fit(cov_type="HC0"),
    "Poisson offset": lambda: sm.Poisson(count, C, offset=offset).fit(disp=0),
    "Poisson exposure": lambda: sm.Poisson(count, C, exposure=np.exp(offset)).fit(disp=0),
    "GLM Poisson": lambda: sm.GLM(count, C, family=Poisson(), exposure=np.exp(offset), freq_weights=weight).fit(),
    "GLM Poisson var": lambda: sm.GLM(count, C, family=Poisson(), var_weights=precision).fit(),
    "GLM Poisson X2": lambda: sm.GLM(count, C, family=Poisson()).fit(scale="X2"),
    "GLM Binomial freq": lambda: sm.GLM(yes, C, family=Binomial(), freq_weights=weight).fit(),
    "GLM Binomial groups": lambda: sm.GLM(np.column_stack([yes, weight]), C, family=Binomial()).fit(),
    "GLM Gaussian": lambda: sm.GLM(quantity, C, family=Gaussian(), var_weights=precision).fit(),
    "GLM Gaussian freq": lambda: sm.GLM(quantity, C, family=Gaussian(), freq_weights=weight).fit(),
    "NegativeBinomial": lambda: sm.NegativeBinomial(dispersed, C).fit(disp=0),
    "NegativeBinomial offset": lambda: sm.NegativeBinomial(dispersed, C, offset=offset).fit(
        disp=0, method="bfgs", maxiter=500
    ),
    "GLM cloglog": lambda: sm.GLM(yes, C, family=Binomial(link=sm.families.links.CLogLog())).fit(),
    "GLM probit groups": lambda: sm.GLM(np.column_stack([yes, weight]), C, family=Binomial(link=PROBIT())).fit(),
    "GLM Poisson sqrt": lambda: sm.GLM(count, C, family=Poisson(link=sm.families.links.Sqrt())).fit(),
    "MNLogit": lambda: sm.MNLogit(kind, C).fit(disp=0),
    "formula": lambda: smf.logit("y ~ a + b + g", table).fit(disp=0),
    "text outcome": lambda: smf.glm("said ~ a + b", table, family=Binomial()).fit(),
    "our own": lambda: st.fit(st.logistic(yes, X), cov="HC1"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_fits_are_right(name):
    found = st.audit(quiet(RIGHT[name]))
    assert found.ok, str(found)
    assert found.distance < 1e-3
    assert found.sentence.endswith("the standard errors are right.")
    assert_allclose(found.table()["ratio"], 1.0, rtol=5e-4)


def test_weights_are_honored_and_missed():
    estimator = LogisticRegression(C=np.inf, tol=1e-8).fit(X, yes, sample_weight=precision)
    assert st.audit(estimator, X=X, y=yes, weights=precision).ok
    (finding,) = st.audit(estimator, X=X, y=yes).findings
    assert finding.cause == "not the maximum"
    assert "weights" in finding.advice
    assert st.audit(LogisticRegression(C=np.inf, tol=1e-8, class_weight="balanced").fit(X, yes), X=X, y=yes).ok


def test_faces():
    found = st.audit(LogisticRegression().fit(X, yes), X=X, y=yes)
    assert found.sentence in " ".join(str(found).split())
    text = found.markdown()
    assert re.search(r"^\| +\| +estimate \| +maximum \|", text, re.MULTILINE)
    assert "\\- penalty: " in text
    with pytest.raises(AttributeError):
        found.ok = True  # type: ignore[misc]
