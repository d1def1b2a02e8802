# pyright: reportArgumentType=false, reportAttributeAccessIssue=false
"""Tests of terms: statsmodels' and R's numbers, and independence of the coding."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from numpy.testing import assert_allclose
from statsmodels.stats.anova import anova_lm

import stattools as st
from stattools.errors import DomainError, IncompatibleError

RNG = np.random.default_rng(0)
N = 200
DATA = pd.DataFrame({"x": RNG.normal(size=N), "g": RNG.choice(list("abc"), N), "h": RNG.choice(list("uv"), N)})
DATA["y"] = RNG.normal(size=N) + DATA.x * (DATA.g == "b")
DATA["b"] = (RNG.random(N) < 0.4 + 0.2 * (DATA.g == "a")).astype(int)
DATA["k"] = RNG.poisson(np.exp(0.5 + 0.3 * DATA.x + 0.3 * (DATA.h == "u")))
SUMS = {"x * g + h": "x * C(g, Sum) + C(h, Sum)", "g * h": "C(g, Sum) * C(h, Sum)"}


@pytest.mark.parametrize(
    ("right", "kind"),
    [("g * h", "I"), ("g * h", "II"), ("g * h", "III"), ("x * g + h", "II"), ("x * g + h", "III")],
)
def test_least_squares_equals_statsmodels(right, kind):
    found = st.fit(st.ols(f"y ~ {right}", DATA)).anova(kind)
    theirs = anova_lm(smf.ols(f"y ~ {SUMS[right]}", DATA).fit(), typ=len(kind)).drop(index="Residual")
    theirs = theirs.drop(index="Intercept", errors="ignore")
    for term, row in theirs.iterrows():
        factors = frozenset(str(term).replace("C(", "").replace(", Sum)", "").split(":"))
        ours = next(row for row in found.itertuples() if frozenset(str(row.term).split(":")) == factors)
        assert ours.df == row.df
        assert_allclose([ours.statistic, ours.p_value], [row.F, row["PR(>F)"]], rtol=1e-8)
    assert found.attrs["distribution"] == f"F(df, {N - (7 if '+' in right else 6)})"


FROM_R = {
    ("I", "lr"): [1.942616, 18.999561, 0.010533, 5.760023],
    ("II", "lr"): [1.196210, 18.637021, 0.010533, 5.760023],
    ("III", "lr"): [1.196210, 20.219838, 0.011768, 5.760023],
    ("II", "wald"): [1.18742, 14.34237, 0.03795, 5.43460],
    ("III", "wald"): [1.18742, 17.82028, 0.01175, 5.43460],
}
"""d <- the table above; options(contrasts = c("contr.sum", "contr.poly")); m <- glm(b ~ x + g * h, binomial, d)
anova(m, test = "Chisq"); car::Anova(m, type = 2); Anova(m, type = 3); Anova(m, type = , test = "Wald")
"""


@pytest.mark.parametrize(("kind", "test"), FROM_R)
def test_logistic_regression_equals_r(kind, test):
    found = st.fit(st.logistic("b ~ x + g * h", DATA)).anova(kind, test=test)
    assert list(found.term) == ["x", "g", "h", "g:h"]
    assert list(found.df) == [1, 2, 1, 2]
    assert_allclose(found.statistic, FROM_R[kind, test], atol=6e-6)


def test_quasi_poisson_equals_r():
    """car::Anova(glm(k ~ x + g * h, quasipoisson, d), type = 2, test = "F")."""
    found = st.fit(st.poisson("k ~ x + g * h", DATA), cov="quasi").anova()
    assert_allclose(found.statistic, [41.03621, 0.01142, 0.87214, 0.48717], atol=6e-6)
    assert_allclose(found.p_value, [1.1148e-09, 0.98865, 0.35153, 0.61512], rtol=1e-4)
    assert "dispersion" in found.attrs["note"]


CODINGS = ["g", "C(g)", "C(g, Treatment('c'))", "C(g, contr.sum)", "C(g, contr.helmert)"]


@pytest.mark.parametrize("kind", ["I", "II", "III"])
def test_no_type_depends_on_the_coding_of_the_formula(kind):
    for test, make, y in (("lr", st.poisson, "k"), ("F", st.ols, "y")):
        first, *others = (st.fit(make(f"{y} ~ {code} * h", DATA)).anova(kind, test=test) for code in CODINGS)
        for other in others:
            assert_allclose(other[["df", "statistic", "p_value"]], first[["df", "statistic", "p_value"]], rtol=1e-6)


def test_the_order_of_levels_and_names_of_columns_do_not_matter():
    a = st.fit(st.logistic("b ~ x + g * h", DATA)).anova("III")
    table = DATA.assign(g=DATA.g.map({"a": "z", "b": "m", "c": "k"}), h=DATA.h.map({"u": "v", "v": "u"}))
    assert_allclose(st.fit(st.logistic("b ~ x + g * h", table)).anova("III").statistic, a.statistic, rtol=1e-7)


def test_wald_uses_the_covariance_of_the_fit_and_the_likelihood_ratio_refuses_it():
    fit = st.fit(st.ols("y ~ x + g", DATA), cov="HC3")
    found = fit.anova().set_index("term")
    assert found.attrs["cov"] == "HC3"
    assert_allclose(found.statistic["g"], fit.test("g").statistic, rtol=1e-10)
    fit = st.fit(st.logistic("b ~ x + g", DATA), cov=st.Cluster(np.arange(N) // 5, kind="CR1"))
    assert fit.anova().attrs["test"] == "wald"
    with pytest.raises(IncompatibleError, match=r'trusts the likelihood.*Use test="wald"'):
        fit.anova(test="lr")
    with pytest.raises(IncompatibleError, match="F compares with an estimated scale"):
        fit.anova(test="F")


def test_rows_in_files_and_fits_that_were_loaded(tmp_path):
    DATA.to_parquet(tmp_path / "d.parquet")
    fit = st.fit(st.logistic("b ~ x + g * h", DATA))
    there = st.fit(st.logistic("b ~ x + g * h", st.scan(tmp_path / "d.parquet")))
    for kind in ("II", "III"):
        assert_allclose(there.anova(kind).statistic, fit.anova(kind).statistic, rtol=1e-6)
        loaded = st.load(fit.save(tmp_path / "fit")).anova(kind)
        assert loaded.attrs["test"] == "wald"
        assert_allclose(loaded.statistic, fit.anova(kind, test="wald").statistic, rtol=1e-9)
    with pytest.raises(IncompatibleError):
        st.load(tmp_path / "fit").anova(test="lr")


def test_weights_and_offsets_are_those_of_the_fit():
    table = DATA.assign(w=RNG.integers(1, 4, N), o=RNG.normal(size=N))
    fit, small = (st.fit(st.poisson(f"k ~ x{more}", table, weights="w", offset="o")) for more in (" + g", ""))
    ratio = st.likelihood_ratio(fit, small)
    found = fit.anova().set_index("term")
    assert_allclose([found.statistic["g"], found.p_value["g"]], [ratio.statistic, ratio.p_value], rtol=1e-6)


def test_terms_of_other_parameters_have_rows():
    fit = st.fit(st.negative_binomial("k ~ x", DATA.assign(k=RNG.negative_binomial(2, 0.4, N)), dispersion="~ g"))
    found = fit.anova().set_index("term")
    assert list(found.index) == ["x", "log alpha: g"]
    small = st.fit(st.negative_binomial("k ~ x", fit.model.source))
    assert_allclose(found.statistic["log alpha: g"], 2.0 * (fit.loglik - small.loglik), rtol=1e-6)


def test_a_formula_without_intercept_is_compared_with_what_its_other_terms_span():
    found = st.fit(st.ols("y ~ 0 + g + h", DATA)).anova().set_index("term")
    with_intercept = st.fit(st.ols("y ~ g + h", DATA)).anova().set_index("term")
    assert_allclose(found.statistic, with_intercept.statistic, rtol=1e-9)


def test_a_penalized_likelihood_is_compared_with_its_own_maximum():
    """Firth's: twice the fall of the penalized log-likelihood, as in R's logistftest."""
    fit = st.fit(st.logistic("b ~ x + g", DATA), penalty=st.Jeffreys())
    lower = fit.interval(0.95, kind="profile").lower[1]
    assert fit.anova().set_index("term").p_value["x"] > 0.05
    assert lower < 0


def test_what_is_asked_wrongly_is_told():
    fit = st.fit(st.ols("y ~ x", DATA))
    assert fit.anova(2).equals(fit.anova("II"))
    with pytest.raises(DomainError, match=r'kind="I", "II" and "III"; got kind=.IV'):
        fit.anova("IV")
    with pytest.raises(DomainError, match='test="lr", "wald" and "F"'):
        fit.anova(test="score")
    with pytest.raises(IncompatibleError, match=r"no standard errors|biased"):
        st.fit(fit.model, penalty=st.Ridge(1.0)).anova()
    with pytest.raises(DomainError, match="no term to test"):
        st.fit(st.ols("y ~ 1", DATA)).anova()


def test_exact_fits_are_told_where_squares_are_beyond_float64():
    g = np.random.default_rng(0)
    y = g.normal(size=24)
    fit = st.fit(st.ols("y ~ x + g", {"y": y, "x": g.normal(size=24), "g": y}))
    with pytest.raises(st.DomainError, match="beyond float64"):
        fit.anova(kind="I")
    with pytest.raises(st.DomainError, match="standard errors from the estimate, whose square is beyond float64"):
        fit.test("Intercept = 1e300")


def test_cox_equals_r():
    """R 4.5: h of statsmodels' heart, h$g <- rep(c("a","b","c"), 23), h$k <- factor(rep(c(0,1,1,0,1,0,1), 10)[1:69]);
    m <- coxph(Surv(survival, censors) ~ age + g * k, h); print(anova(m), digits = 12); drop1(m, test = "Chisq").
    """
    h = sm.datasets.heart.load_pandas().data
    h = h.assign(g=np.tile(list("abc"), 23), k=np.tile([0, 1, 1, 0, 1, 0, 1], 10)[:69])
    fit = st.fit(st.cox("survival(survival, censors) ~ age + g * C(k)", h))
    first, second = fit.anova("I"), fit.anova()
    assert first.statistic.round(4).tolist() == [6.6679, 0.4706, 0.1543, 0.2401]
    assert second.set_index("term").statistic.round(4)[["age", "g:C(k)"]].tolist() == [6.0046, 0.2401]
    assert second.df.tolist() == [1, 2, 1, 2]
    test = fit.test("g:C(k)")
    assert (test.df, round(float(test.statistic), 5)) == (2, 0.23912)
    robust = st.fit(fit.model, cov="HC0").anova()
    assert robust.attrs["test"] == "wald"


@pytest.mark.parametrize("cov", [st.Cluster("c", correction="none"), st.Cluster("c", kind="CR2")], ids=repr)
@pytest.mark.parametrize(
    "make", [lambda data: st.ols("y ~ x + C(m)", data), lambda data: st.poisson("k ~ x + C(m)", data)]
)
def test_a_term_that_cannot_be_tested_is_named_and_the_others_stand(make, cov):
    """Four clusters do not determine seven levels: no term was tested, by an error of NumPy with CR2."""
    fit = st.fit(make(DATA.assign(m=np.arange(N) % 7, c=np.arange(N) // 50)), cov=cov)
    found = fit.anova()
    assert found.term.tolist() == ["x"]
    assert_allclose(found.p_value[0], fit.test("x").p_value, rtol=1e-9)
    assert list(found.attrs["unmade"]) == ["C(m)"]
    assert "Not made: C(m): the covariance" in found.attrs["note"]
    with pytest.raises(st.IdentificationError, match="does not determine"):  # nothing is left to stand
        st.fit(st.ols("y ~ C(m)", fit.model.source), cov=cov).anova()
