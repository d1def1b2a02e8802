import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

import stattools as st
from stattools.validation.claims.reading import read_claim
from stattools.validation.claims.terms import places

GLM = """
Call:
glm(formula = b ~ x + g + log(t), family = binomial, data = d)

Coefficients: (1 not defined because of singularities)
            Estimate Std. Error z value Pr(>|z|)
(Intercept)  0.04852    0.35613   0.136 0.891639
x            1.02651    0.27453   3.739  < 2e-16 ***
x2                NA         NA      NA       NA
log(t)      -0.10928    0.15040  -0.727 0.467482 .
---
Signif. codes:  0 '***' 0.001 '**' 0.01 '*' 0.05 '.' 0.1 ' ' 1

(Dispersion parameter for binomial family taken to be 1)

    Null deviance: 166.22  on 119  degrees of freedom
Residual deviance: 141.78  on 114  degrees of freedom
AIC: 153.78
"""
POLR = """Coefficients:
     Value Std. Error t value
x   0.4024     0.2048  1.9650

Intercepts:
         Value   Std. Error t value
low|mid  -0.9668  0.2932    -3.2975
mid|high  0.1482  0.2784     0.5324

Residual Deviance: 241.1303
"""
COX = """  n= 120, number of events= 87

       coef exp(coef) se(coef) robust se      z Pr(>|z|)
x   0.28008   1.32324  0.13309   0.15105  1.854   0.0637 .
gb -0.29246   0.74642  0.26052   0.22475 -1.301   0.1932
---

   exp(coef) exp(-coef) lower .95 upper .95
x     1.3232     0.7557    0.9842     1.779
gb    0.7464     1.3397    0.4805     1.160
"""
RNG = np.random.default_rng(4)
DATA = pd.DataFrame({"x": RNG.normal(size=90), "g": np.tile(list("abc"), 30), "k": RNG.integers(0, 3, 90)})
DATA["y"] = DATA.x + RNG.normal(size=90)


def test_a_page_of_r():
    claim = read_claim(GLM)
    assert claim.terms == ("(Intercept)", "x", "log(t)")
    assert claim.columns["estimate"].value.tolist() == [0.04852, 1.02651, -0.10928]
    assert claim.columns["p"].value.tolist() == [0.891639, 1e-16, 0.467482]
    assert {name: float(fact.value) for name, fact in claim.facts.items()} == {
        "null_deviance": 166.22,
        "deviance": 141.78,
        "aic": 153.78,
        "scale": 1.0,
        "df_null": 119.0,
        "df_resid": 114.0,
    }
    assert claim.said["formula"] == "b ~ x + g + log(t)"
    assert claim.said["family"] == "binomial"


WIDE = """---
            coef  exp(coef)   se(coef)   coef lower 95%   coef upper 95%  exp(coef) lower 95%
covariate
fin        -0.38       0.68       0.19            -0.75            -0.01                 0.47
age        -0.06       0.94       0.02            -0.10            -0.02                 0.90

            cmp to     z      p   -log2(p)
covariate
fin           0.00 -1.98   0.05       4.40
age           0.00 -2.61   0.01       6.79
---
"""


def test_a_table_that_goes_on_below():
    claim = read_claim(WIDE)
    assert claim.terms == ("fin", "fin", "age", "age")
    assert claim.columns["p"].value[::2].tolist() == [0.05, 0.01]
    assert claim.columns["lower"].value.tolist() == [-0.75, 0.47, -0.10, 0.90]


def test_thresholds_are_rows_of_their_own():
    claim = read_claim(POLR)
    assert claim.terms == ("x", "low|mid", "mid|high")
    assert claim.columns["se"].value.tolist() == [0.2048, 0.2932, 0.2784]


def test_coefficients_and_their_ratios_with_robust_errors():
    claim = read_claim(COX)
    assert (claim.terms, claim.shown) == (("x", "x", "gb", "gb"), ("", "exp", "", "exp"))
    assert claim.columns["estimate"].value.tolist() == [0.28008, 1.32324, -0.29246, 0.74642]
    assert claim.columns["se"].value[[0, 2]].tolist() == [0.15105, 0.22475]
    assert claim.columns["lower"].value[[1, 3]].tolist() == [0.9842, 0.4805]
    assert np.isnan(claim.columns["lower"].value[0])
    assert claim.said["covariance"] == "robust se"
    assert (claim.facts["n"].value, claim.facts["events"].value) == (120, 87)


@pytest.mark.parametrize("face", ["summary", "summary2"])
def test_pages_of_statsmodels_say_what_was_fitted(face):
    fit = smf.ols("y ~ x + g", DATA).fit(cov_type="HC1")
    claim = read_claim(str(getattr(fit, face)()))
    assert claim.terms == tuple(fit.params.index)
    for name, values in {"estimate": fit.params, "se": fit.bse, "p": fit.pvalues, "upper": fit.conf_int()[1]}.items():
        column = claim.columns[name]
        assert (np.abs(column.value - values) <= column.half * 1.001).all(), name
    assert claim.facts["n"].value == 90
    assert "f_statistic" not in claim.facts  # it is a Wald test of the robust errors
    assert st.audit(str(getattr(fit, face)()), st.ols("y ~ x + g", DATA), cov="HC1").ok
    assert claim.facts["loglik"].holds(fit.llf)
    assert claim.said["level"] == "0.95"


def test_classes_of_both_faces_of_statsmodels():
    fit = smf.mnlogit("k ~ x", DATA).fit(disp=0)
    model = st.softmax("k ~ x", DATA)
    for page in (fit.summary(), fit.summary2()):
        claim = read_claim(str(page))
        assert places(claim, model.names).ours.tolist() == [0, 1, 2, 3]
        assert st.audit(str(page), model).ok
        assert claim.columns["estimate"].holds(fit.params.to_numpy().T.ravel()).all()
