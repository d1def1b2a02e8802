"""What a claim declares of how its numbers were made is what they are compared with."""

import numpy as np

import stattools as st
from stattools.validation.claims.printed import Claim
from stattools.validation.conventions.state import declared_covariances, declared_options, declared_recipe

rng = np.random.default_rng(2)
x = rng.normal(size=40)
gamma = st.gamma(rng.gamma(2.0, np.exp(0.2 * x)), x)
groups = {"y": x + rng.normal(size=40), "x": x, "g": np.arange(40) % 8}


def said(**words):
    return Claim("a", (), {}, said=words)


def test_what_is_declared_of_regressions():
    assert declared_recipe(said(information="expected", dispersion="X2"), gamma) == {
        "information": "expected",
        "dispersion": "X2",
    }
    assert declared_recipe(said(dispersion="X2"), st.ols(x, x)) == {}
    assert declared_recipe(said(information="of a bootstrap"), gamma) == {}


def test_what_is_declared_of_mixed_models():
    mixed = st.linear_mixed("y ~ x + (1 | g)", groups)
    assert declared_options(said(likelihood="ML"), mixed) == {"reml": False}
    assert declared_options(said(likelihood="REML"), mixed) == declared_options(said(likelihood="ML"), gamma) == {}
    assert declared_recipe(said(information="expected"), mixed) == {}
    assert declared_options(said(method="maximum likelihood"), mixed) == {"reml": False}  # lmer
    assert declared_options(said(method="ML"), mixed) == {"reml": False}  # MixedLM
    assert declared_options(said(method="REML"), mixed) == {}


def test_words_of_standard_errors_may_mean_several_kinds():
    model = st.ols("y ~ x", groups)
    kinds = {
        "HC3": ("HC3",),
        "Standard Errors are heteroscedasticity robust (HC1)": ("HC1",),
        "nonrobust": ("information",),
        "Robust": ("HC1", "HC0", "HC1", "HC2", "HC3"),
        "Newey-West standard errors, robust to autocorrelation": ("information",),
    }
    assert {words: declared_covariances(said(covariance=words), model) for words in kinds} == kinds
    named = declared_covariances(said(covariance="Std. err. adjusted for 8 clusters in g"), model)
    assert [one.correction for one in named] == ["statsmodels", "none"]
    assert declared_covariances(said(covariance="clustered by school"), model) == ("information",)
    assert declared_covariances(said(covariance="robust"), gamma)[0] == "robust"


def test_a_page_of_stata_is_held_to_its_robust_standard_errors():
    model = st.ols("y ~ x", groups)
    table = st.fit(model, cov="HC1").table()
    rows = [
        f"{term:>12} | {b:10.6f} {se:10.6f}"
        for term, b, se in zip(("_cons", "x"), table.estimate, table.se, strict=True)
    ]
    page = "\n".join(
        [
            "             |               Robust",
            "           y | Coefficient  std. err.",
            "-------------+------------------------",
            *rows,
            "",
        ]
    )
    assert st.audit(page, model).ok
    assert not st.audit(page.replace("Robust", "      "), model).ok


def test_standard_errors_of_a_glm_of_r_are_right_as_they_are_declared():
    """R 4.5.0's glm.nb: the expected information of the mean beside a known theta."""
    model = st.negative_binomial(rng.negative_binomial(2, 0.4, 40), x)
    best = st.fit(model)
    mean = np.exp(model.eta(best.estimate)[:, 0])
    w = mean / (1.0 + np.exp(best.estimate[-1]) * mean)
    X = model.rows.X
    se = np.sqrt(np.diagonal(np.linalg.inv((X.T * w) @ X)))
    fit = {"class": ["negbin", "glm"], "call": ["glm.nb(y ~ x)"], "terms": ["(Intercept)", "x1"]}
    fit |= {"coefficients": best.estimate[:2].tolist(), "vcov": np.diag(se**2).tolist()}
    assert st.audit(fit, model).ok
    assert not st.audit(fit | {"vcov": np.diag(1.1 * se**2).tolist()}, model).ok
