"""Validation: agreement where there is one, and the right verdict where the reference or we are wrong."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation import validate as module
from stattools.validation.agreement import agreeing_digits
from stattools.validation.references.statsmodels import Reference
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


@pytest.mark.parametrize(("make", "formula", "options", "reference"), CASES)
def test_agrees_with_statsmodels(make, formula, options, reference):
    check = st.validate(st.fit(make(formula, frame(), **options)))
    assert check.ok
    assert reference in check.reference
    assert "agrees" in check.sentence
    assert (check.table().digits > 6).all()
    assert (check.table().se_digits > 6).all()
    assert_allclose(check.loglik, check.reference_loglik, rtol=1e-10)
    columns = ["term", "estimate", "reference", "difference_in_se", "digits", "se", "reference_se", "se_digits"]
    assert check.table().columns.tolist()[-8:] == columns
    assert check.sentence in str(check)


@pytest.mark.parametrize("model", [st.coin([0, 1, 1, 0, 1]), st.coin([1, 1]), st.binomial(3, 10), st.binomial(0, 4)])
def test_proportions_agree(model):
    check = st.validate(st.fit(model))
    assert check.ok
    assert check.table().term.tolist()[0] == "theta"
    assert len(check.table()) == 7


@pytest.mark.parametrize("make", [st.beta_binomial, st.negative_binomial])
def test_dispersed_counts_agree_on_columns_of_any_size(make):
    draws = np.random.default_rng(8)
    table = {"year": draws.integers(1950, 2020, 200), "income": draws.lognormal(11, 0.8, 200) * 1e3}
    share = draws.beta(2, 4, 200)
    if make is st.beta_binomial:
        table |= {"n": draws.integers(5, 60, 200)}
        table |= {"k": draws.binomial(table["n"], share)}
        model = make("k ~ year + income", table, trials="n")
    else:
        model = make("k ~ year + income", table | {"k": draws.poisson(6 * share)})
    found = st.validate(st.fit(model))
    assert "agrees" in found.sentence
    assert found.rows["digits"].min() > 5
    assert found.rows["se_digits"].min() > 5


@pytest.mark.parametrize("counts", [[5, 0, 7], [0, 0, 3, 4, 9], [3, 4, 0]])
def test_categories_that_were_never_seen_are_zero_in_both(counts):
    found = st.validate(st.fit(st.multinomial(counts)))
    assert found.ok
    assert found.rows.loc[np.array(counts) == 0, "reference"].eq(0.0).all()
    assert found.rows["digits"].min() >= 7


def test_one_category_alone_needs_no_reference():
    with pytest.raises(st.IncompatibleError, match="two categories that were seen"):
        st.validate(st.fit(st.multinomial({"a": 0, "b": 4})))


@pytest.mark.parametrize("flips", [[0, 0, 0], [1, 1, 1, 1], [0] * 7])
def test_the_round_off_of_a_zero_is_no_missing_digit(flips):
    assert st.validate(st.fit(st.coin(flips))).rows["digits"].min() > 9


def test_the_tail_decides_where_the_reference_is_wrong():
    """SciPy's inverse incomplete beta, and so statsmodels' lower end, is above the estimate for 1,000 in 1e9."""
    check = st.validate(st.fit(st.binomial(1000, 10**9)))
    assert check.ok
    if check.table().digits.min() < 6:  # as of SciPy 1.18
        assert "the binomial tail decides" in check.sentence
        assert "ours are right" in check.sentence


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
    assert "nowhere near a maximum" in check.sentence
    assert check.ok


def test_nan_reference_does_not_excuse_a_wrong_fit(monkeypatch):
    fit = wrong(st.fit(st.logistic("b ~ x", frame())), shift=0.5)
    refer(monkeypatch, fit, numbers=False)
    assert not st.validate(fit).ok


GROUPS, OTHER = rng(1).integers(0, 30, 200), rng(2).integers(0, 25, 200)
COVS = [
    "HC0",
    "HC1",
    "robust",
    st.HAC(3),
    st.HAC(2, "uniform", correction="stata"),
    *(st.Cluster(GROUPS, correction=c) for c in ("stata", "statsmodels", "none")),
    *(st.Cluster(GROUPS, OTHER, correction=c) for c in ("stata", "statsmodels", "none")),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0].__name__} {case[1]} {case[2]}")
def test_a_robust_fit_is_compared_with_the_same_covariance(case):
    make, formula, options, _ = case
    model = make(formula, frame().assign(fails=lambda data: data.fails + 1), **options)  # no row without trials
    for cov in COVS:
        if isinstance(cov, st.HAC) and model.rows.weight is not None:
            continue
        fit = st.fit(model, cov=cov)
        check = st.validate(fit)
        assert fit.cov in check.sentence
        assert "agrees" in check.sentence
        assert (check.table().se_digits > 6).all()
        assert_allclose(check.table().se, fit.se, rtol=1e-12)
        assert not check.notes


@pytest.mark.parametrize("cov", ["HC2", "HC3"])
def test_leverages_are_compared_for_least_squares_and_said_to_have_no_reference_elsewhere(cov):
    check = st.validate(st.fit(st.ols("y ~ x", frame(), precision="w", weights="w"), cov=cov))
    assert check.ok
    assert not check.notes
    assert f"({cov}; digits: 10 or more)" in check.sentence
    check = st.validate(st.fit(st.logistic("b ~ x", frame()), cov=cov))
    assert check.ok
    assert "returns HC0 under that name" in check.notes[0]
    assert_allclose(check.table().se, st.fit(st.logistic("b ~ x", frame()), cov="HC0").se, rtol=1e-12)


def test_a_wrong_robust_covariance_is_found():
    fit = st.fit(st.logistic("b ~ x", frame()), cov=st.Cluster(GROUPS))
    check = st.validate(replace(fit, covariance=1.0002 * fit.covariance))
    assert not check.ok
    assert "standard errors differ by up to 1.0e-04 of them" in check.sentence


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


def test_the_faces_of_an_agreement():
    check = st.validate(st.fit(st.logistic("b ~ x", frame())))
    text = check.markdown()
    assert text.splitlines()[2] == "|  | estimate | reference | digits | se | reference se | digits |"
    assert "| x | " in text
    assert "10 or more" in str(check)


def test_only_fits():
    with pytest.raises(st.IncompatibleError, match=r"needs a fit, st.fit\(model\); got Coin|needs a fit"):
        st.validate(st.coin([0, 1]))


def test_agreeing_digits():
    assert_allclose(
        agreeing_digits([100.0, 1.0, 0.0, 1e-3, np.pi], [100.1, 2.0, 0.0, 0.0, np.pi]),
        [3, 0.30103, 16, 3, 16],
        atol=1e-3,
    )
