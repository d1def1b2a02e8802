import numpy as np
import pandas as pd
import pytest

import stattools as st

RNG = np.random.default_rng(31)
N = 150
TABLE = pd.DataFrame({"x": RNG.normal(size=N), "g": RNG.choice(list("abc"), N), "w": RNG.integers(1, 5, N)})
TABLE["y"] = TABLE.x + 0.8 * (TABLE.g == "b") + RNG.normal(size=N) * (1 + TABLE.x.abs())
TABLE["b"] = (RNG.random(N) < 1.0 / (1.0 + np.exp(-TABLE.x))).astype(int)
OLS, LOGISTIC = st.ols("y ~ x + g", TABLE), st.logistic("b ~ x + g", TABLE)


def claim(model, digits=4, **options):
    table = st.fit(model, **options).table()
    texts = {name: [f"{value:.{digits}f}" for value in table[name]] for name in ("estimate", "se")}
    return dict(zip(table["term"], texts["estimate"], strict=True)), {"se": texts["se"]}


def causes(found):
    return [one.cause for one in found.findings if one.serious]


def test_a_convention_is_named_first():
    estimates, beside = claim(OLS, cov="HC1")
    found = st.audit(estimates, OLS, **beside)
    assert not found.ok
    assert found.sentence.startswith("Standard errors of kind HC1")
    assert "HC1" in found.convention
    assert st.audit(estimates, OLS, cov="HC1", **beside).ok


@pytest.mark.parametrize(
    ("model", "other", "cause", "words"),
    [
        (OLS, st.ols("y ~ x + g", TABLE.iloc[:-9]), "rows dropped", "the last 9"),
        (OLS, st.ols("y ~ x + g", TABLE, precision="w"), "weights", "W as precisions"),
        (OLS, st.ols("y ~ x", TABLE), "terms", "No g[T.b], g[T.c]"),
    ],
    ids=["rows", "weights", "terms"],
)
@pytest.mark.slow
def test_another_computation_is_named_and_proven(model, other, cause, words):
    estimates, beside = claim(other)
    found = st.audit(estimates, model, **beside)
    assert (found.ok, causes(found), found.convention) == (False, [cause], "")
    assert words in found.findings[0].evidence
    assert "all" in found.findings[0].evidence


@pytest.mark.slow
def test_another_family_is_named():
    estimates, beside = claim(st.probit("b ~ x + g", TABLE))
    found = st.audit(estimates, LOGISTIC, **beside)
    assert causes(found) == ["family or link"]
    assert "Probit" in found.findings[0].evidence


def test_an_outcome_turned_round_is_named():
    estimates, beside = claim(st.logistic("b ~ x + g", TABLE.assign(b=1 - TABLE.b)))
    found = st.audit(estimates, LOGISTIC, **beside)
    assert causes(found) == ["outcome coding"]


@pytest.mark.slow
def test_another_reference_under_the_labels_of_this_one():
    turned = TABLE.assign(g=pd.Categorical(TABLE.g, categories=["c", "a", "b"]))
    estimates, beside = claim(st.ols("y ~ x + g", turned))
    assert causes(st.audit(estimates, OLS, **beside)) == ["reference level"]  # by the names of levels
    renamed = dict(zip(st.fit(OLS).names, estimates.values(), strict=True))
    found = st.audit(renamed, OLS, **beside)
    assert causes(found) == ["reference level"]
    assert "under the labels of another" in found.findings[0].evidence


@pytest.mark.slow
def test_two_causes_are_told_apart():
    estimates, beside = claim(OLS, cov="HC1")
    estimates["x"] = "-" + estimates["x"]
    assert causes(st.audit(estimates, OLS, **beside)) == ["kind of standard errors", "sign lost"]


@pytest.mark.slow
def test_what_nothing_explains_is_said():
    estimates, beside = claim(LOGISTIC)
    estimates = {name: f"{float(text) + 0.3 * k:.4f}" for k, (name, text) in enumerate(estimates.items(), 1)}
    found = st.audit(estimates, LOGISTIC, **beside)
    assert not found.ok
    assert causes(found) == ["not the maximum"]


@pytest.mark.slow
def test_a_row_that_is_no_parameter_is_refused_where_nothing_explains_it():
    estimates, _ = claim(OLS)
    with pytest.raises(st.DomainError, match="has the term 'nobody', which is none of the model's"):
        st.audit(estimates | {"nobody": "1.0"}, OLS)


@pytest.mark.slow
def test_a_refit_and_a_kind_of_standard_errors_are_told_apart():
    estimates, beside = claim(st.ols("y ~ x + g", TABLE.iloc[:-9]), cov="HC3")
    assert causes(st.audit(estimates, OLS, **beside)) == ["rows dropped", "kind of standard errors"]


def test_a_busy_machine_finds_the_same_cause(monkeypatch):
    """Seconds that pass while others have the processor are none of the search: here an hour at each look."""
    estimates, beside = claim(st.ols("y ~ x + g", TABLE, precision="w"))
    hours = iter(range(10**9))
    monkeypatch.setattr("stattools.interface.progress.monotonic", lambda: 3600.0 * next(hours))
    monkeypatch.setattr("time.monotonic", lambda: 3600.0 * next(hours))
    assert causes(st.audit(estimates, OLS, **beside)) == ["weights"]


GLMER = """\
Generalized linear mixed model fit by maximum likelihood (Laplace
  Approximation) [glmerMod]
 Family: binomial  ( logit )
Formula: cbind(k, size - k) ~ x + (1 | g)

Random effects:
 Groups Name        Variance Std.Dev.
 g      (Intercept) 0.1594   0.3993
Number of obs: 60, groups:  g, 15

Fixed effects:
            Estimate Std. Error z value Pr(>|z|)
(Intercept)  -1.2747     0.1716  -7.430 1.09e-13 ***
x            -0.4101     0.0828  -4.953 7.32e-07 ***
"""
"""As lme4 1.1-37 prints it; with glmerControl(tolPwrss = 1e-12) the standard errors are 0.172007 and 0.0831713."""


@pytest.mark.slow
def test_standard_errors_of_glmer_are_those_of_rough_differences():
    r = np.random.default_rng(12)
    g, size = np.repeat(np.arange(15), 4), r.integers(5, 30, 60)
    x = np.tile([0, 1, 2, 3], 15)
    k = r.binomial(size, 1.0 / (1.0 + np.exp(1.4 + 0.4 * x - 0.65 * r.normal(size=15)[g])))
    model = st.logistic("k ~ x + (1 | g)", {"k": k, "size": size, "x": x, "g": g}, trials="size")
    found = st.audit(GLMER, model)
    assert causes(found) == ["finite differences"]
    assert "up to 0.45 % from those of the information" in found.findings[0].evidence
    rough = GLMER.replace("0.1716", "0.1720").replace("0.0828", "0.0832").replace("-7.430", "-7.411")
    right = rough.replace("-4.953", "-4.931").replace("1.09e-13", "1.25e-13").replace("7.32e-07", "8.17e-07")
    assert st.audit(right.replace("0.1594", "0.1595"), model).ok
