"""Validation: agreement where there is one, and the right verdict where the reference or we are wrong."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.inference.fitting.ways import WAYS
from stattools.likelihoods.between import BETWEEN
from stattools.models.model import Model
from stattools.models.regressions.categories import OneVsRest
from stattools.models.regressions.glm import FAMILIES
from stattools.models.regressions.times import ConditionalLogit
from stattools.models.samples.rates import EventRates
from stattools.models.survival.cox import CoxRegression, SortedCox
from stattools.series.statespace.many import LocalLevels
from stattools.validation import validate as module
from stattools.validation.references.densities import DENSITIES, KERNELS
from stattools.validation.references.likelihoods import REWRITTEN, validate_rewritten
from stattools.validation.references.statsmodels import ROUTINES, Reference
from stattools.validation.verdict import agreeing_digits
from tests.cases import rng


def frame(n: int = 200) -> pd.DataFrame:
    g = rng(0)
    data = pd.DataFrame({"x": g.normal(size=n), "off": 0.1 * g.normal(size=n), "w": g.integers(1, 4, n)})
    data["y"] = 1 + data.x + g.normal(size=n)
    data["b"] = (data.y > 1).astype(int)
    data["c"] = g.poisson(np.exp(data.x))
    data["o"] = g.negative_binomial(1.5, 1.5 / (1.5 + np.exp(data.x)))
    data["fails"] = g.integers(0, 5, n)
    data["m"] = data.o + g.integers(0, 9, n) + 1
    data["k"] = np.array(list("abc"))[g.integers(0, 3, n)]
    return data


CASES = [
    (st.ols, "y ~ x", {}, "OLS"),
    (st.ols, "y ~ x", {"weights": "w", "offset": "off"}, "OLS"),
    (st.logistic, "b ~ x", {}, "Logit"),
    (st.logistic, "b ~ x", {"weights": "w"}, "GLM Binomial"),
    (st.logistic, "b ~ x", {"offset": "off"}, "GLM Binomial"),
    (st.poisson, "c ~ x", {"weights": "w", "offset": "off"}, "GLM Poisson"),
    (st.ols, "y ~ x", {"precision": "w"}, "WLS"),
    (st.ols, "y ~ x", {"precision": "w", "weights": "w"}, "WLS"),
    (st.logistic, "b + fails ~ x", {}, "GLM Binomial"),
    (st.logistic, "b ~ x", {"trials": "w"}, "GLM Binomial"),
    (st.probit, "b ~ x", {}, "Probit"),
    (st.probit, "b ~ x", {"weights": "w"}, "Probit"),
    (st.probit, "b ~ x", {"offset": "off"}, "GLM Probit"),
    (st.poisson, "c ~ x", {"exposure": "w"}, "GLM Poisson"),
    (st.negative_binomial, "o ~ x", {"exposure": "w"}, "NegativeBinomial"),
    (st.negative_binomial, "o ~ x", {"weights": "w", "offset": "off"}, "NegativeBinomial"),
    (st.beta_binomial, "o ~ x", {"trials": "m"}, "GenericLikelihoodModel"),
    (st.beta_binomial, "o ~ x", {"trials": "m", "weights": "w", "offset": "off"}, "GenericLikelihoodModel"),
    (st.softmax, "k ~ x", {}, "MNLogit"),
    (st.softmax, "k ~ x", {"weights": "w"}, "MNLogit"),
]


def wrong(fit: st.Fit, shift: float = 0.0, stretch: float = 1.0) -> st.Fit:
    return replace(fit, estimate=fit.estimate + shift * fit.se, covariance=fit.covariance * stretch**2,
                   loglik=fit.model.loglik(fit.estimate + shift * fit.se))  # fmt: skip


def test_a_wrong_estimate_is_found():
    check = st.validate(wrong(st.fit(st.logistic("b ~ x", frame())), shift=0.01))
    assert not check.ok
    assert "0.01 standard errors away" in check.sentence
    assert "lower" in check.sentence


def test_wrong_standard_errors_are_found():
    check = st.validate(wrong(st.fit(st.ols("y ~ x", frame())), stretch=1.02))
    assert not check.ok
    assert "standard errors differ by up to 2.0%" in check.sentence


def refer(monkeypatch, fit, shift=0.0, converged=True, numbers=True):
    estimate = fit.estimate + shift * fit.se if numbers else np.full_like(fit.estimate, np.nan)
    loglik = fit.model.loglik(estimate) if numbers else np.nan
    reference = Reference("statsmodels X", estimate, fit.se.copy(), loglik, converged, ("warned",))
    monkeypatch.setattr(module, "reference_fit", lambda *_: reference)


@pytest.mark.parametrize("converged", [True, False])
def test_a_reference_short_of_the_maximum_is_overruled(monkeypatch, converged):
    fit = st.fit(st.logistic("b ~ x", frame()))
    refer(monkeypatch, fit, shift=0.1, converged=converged)
    check = st.validate(fit)
    assert check.ok
    assert ("differs" if converged else "did not converge") in check.sentence
    assert "log-likelihood and score decide" in check.sentence
    assert check.reference_decrement > 0.05
    assert check.notes == ("warned",)


def test_nan_with_converged_true_is_no_agreement(monkeypatch):
    fit = st.fit(st.softmax("k ~ x", frame()))
    refer(monkeypatch, fit, numbers=False)
    check = st.validate(fit)
    assert "gave no usable numbers" in check.sentence
    assert check.reference_loglik == -np.inf
    assert "reference none" in str(check)
    assert "has no numbers to compare with" in check.sentence
    assert check.ok


def test_nan_reference_does_not_excuse_a_wrong_fit(monkeypatch):
    fit = wrong(st.fit(st.logistic("b ~ x", frame())), shift=0.5)
    refer(monkeypatch, fit, numbers=False)
    check = st.validate(fit)
    assert not check.ok
    said, distance, _ = check.sentence.partition(" standard errors from the maximum.")
    assert "no numbers to compare with; our score decides: our point is 0." in said
    assert distance


def test_one_vs_rest_is_compared_part_by_part():
    fit = st.fit(st.one_vs_rest("k ~ x", frame()))
    check = st.validate(fit)
    assert check.ok
    assert "agrees on 3 separate fits" in check.sentence
    assert_allclose(check.table().reference, fit.table().estimate, rtol=1e-7)
    assert check.table().category.tolist() == ["a", "a", "b", "b", "c", "c"]
    bad = replace(fit, fits=(fit.fits[0], wrong(fit.fits[1], shift=0.1), fit.fits[2]))
    assert not st.validate(bad).ok
    assert "b against the rest" in st.validate(bad).sentence


def test_only_fits():
    with pytest.raises(st.IncompatibleError, match=r"needs a fit, st.fit\(model\); got Coin|needs a fit"):
        st.validate(st.coin([0, 1]))


def test_agreeing_digits():
    assert_allclose(
        agreeing_digits([100.0, 1.0, 0.0, 1e-3, np.pi], [100.1, 2.0, 0.0, 0.0, np.pi]),
        [3, 0.30103, 16, 3, 16],
        atol=1e-3,
    )


def test_every_class_of_models_has_its_reference():
    """One-vs-rest is checked part by part, many local levels series by series, matched sets as Cox's model."""
    without = {OneVsRest, LocalLevels, ConditionalLogit, SortedCox}
    assert set(module.MODELS) == set(WAYS) - without
    checked = {cls for cls, check in module.MODELS.items() if check is validate_rewritten}
    assert set(REWRITTEN) == checked | {Model, EventRates, CoxRegression}


@pytest.mark.parametrize("table", [ROUTINES, KERNELS], ids=["statsmodels", "log densities"])
def test_every_regression_has_its_row_in_each_table_of_references(table):
    by_link = {"glm", "ordinal", "aft"}  # whose rows are those of a family and a link
    assert set(table) == set(FAMILIES) - by_link | set(DENSITIES)
    assert {link for link in BETWEEN if f"Cumulative {link}" in table} == set(BETWEEN)


def test_a_class_without_a_reference_is_refused():
    class Bell:
        title, kind = "Bell", "coin"

    fit = replace(st.fit(st.coin([1, 0, 1])), model=Bell())
    with pytest.raises(st.IncompatibleError, match="validate has no reference for Bell"):
        st.validate(fit)
