"""What statsmodels' results say of their fit."""

from types import SimpleNamespace

import numpy as np
import pytest
import statsmodels.formula.api as smf

import stattools as st
from stattools.errors import IncompatibleError
from stattools.validation.foreign.statsmodels_results import describe_regression
from tests.sizes import first
from tests.validation.explaining.test_audit import Binomial, C, quiet, sm, table, yes


def test_the_text_outcome_of_a_formula_glm_is_the_other_one():
    found = st.audit(smf.glm("said ~ a + b", table, family=Binomial()).fit(), table)
    assert [f.cause for f in found.findings] == ["outcome coding"]
    assert "P(said = 'no')" in found.findings[0].evidence
    assert st.audit(smf.logit("y ~ a + b", table).fit(disp=0), table).ok
    assert not st.audit(sm.Logit(1 - yes, C).fit(disp=0), y=yes).ok


draw = np.random.default_rng(5)
x = draw.normal(size=120)
X = sm.add_constant(np.abs(x))
mean = np.exp(0.2 + 0.5 * np.abs(x))
counts, sizes = draw.negative_binomial(2, 2 / (2 + mean)), draw.gamma(3, mean / 3)
precise, often = draw.uniform(0.5, 2, 120), draw.integers(1, 4, 120)
dispersed = draw.negative_binomial(mean / 1.5, 0.4)
F, L = sm.families, sm.families.links


def glm(y, family, **given):
    return sm.GLM(y, X, family=family, **given)


@pytest.mark.parametrize(
    "make",
    first(
        4,
        [
            lambda: glm(counts, F.NegativeBinomial(alpha=0.5)).fit(),
            lambda: glm(counts, F.NegativeBinomial(alpha=0.5, link=L.Identity()), freq_weights=often).fit(),
            lambda: glm(counts, F.NegativeBinomial(alpha=0.5), offset=0.1 * x).fit(cov_type="HC0"),
            lambda: glm(sizes, F.Gamma(link=L.Log()), var_weights=precise).fit(),
            lambda: glm(sizes, F.Gamma(link=L.Log()), var_weights=precise).fit(cov_type="HC0"),
            lambda: glm(counts, F.Poisson(), var_weights=precise).fit(cov_type="HC0"),
            lambda: glm(np.column_stack([counts, often]), F.Binomial(link=L.Cauchy())).fit(),
            lambda: sm.NegativeBinomial(counts, X, loglike_method="geometric").fit(disp=0),
            lambda: sm.NegativeBinomialP(counts, X).fit(disp=0, maxiter=200),
            lambda: sm.NegativeBinomial(dispersed, X, loglike_method="nb1").fit(disp=0, maxiter=500),
            lambda: sm.NegativeBinomialP(dispersed, X, p=1).fit(disp=0, maxiter=500),
        ],
    ),
    ids=[
        "alpha",
        "identity",
        "HC0",
        "precisions",
        "robust",
        "robust Poisson",
        "counts",
        "geometric",
        "P",
        "nb1",
        "p=1",
    ],
)
def test_right_fits_are_right(make):
    found = quiet(lambda: st.audit(make()))
    assert found.ok, found


def test_an_alpha_that_is_another_number_moves_the_maximum():
    results = glm(counts, F.NegativeBinomial(alpha=0.5)).fit()
    results.model.family.alpha = 5.0
    assert st.audit(results).findings[0].cause == "not the maximum"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: sm.NegativeBinomialP(counts, X, p=3), "with p=3 has no twin"),
        (lambda: glm(sizes, F.Tweedie()), "its members here are Poisson"),
        (lambda: glm(counts, F.NegativeBinomial(alpha=1.0, link=L.CLogLog())), "with link CLogLog"),
    ],
    ids=["p=3", "Tweedie", "link"],
)
def test_what_has_no_twin_is_refused(make, words):
    model = quiet(make)
    results = SimpleNamespace(model=model, params=np.zeros(2))
    with pytest.raises(IncompatibleError, match=words):
        describe_regression(results)
