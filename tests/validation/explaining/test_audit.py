"""Other people's fits, right ones and wrong ones: the audit passes the first and names the cause of the second."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api
import statsmodels.formula.api as smf
from numpy.testing import assert_allclose
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, PoissonRegressor, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import stattools as st
from stattools.errors import DomainError, IncompatibleError

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


@pytest.mark.parametrize("kind", ["HC1", "HC2", "HC3"])
@pytest.mark.parametrize("make", [sm.Logit, lambda y, X: sm.GLM(y, X, family=Binomial())], ids=["Logit", "GLM"])
def test_robust_labels_that_are_hc0(make, kind):
    keywords = {"disp": 0} if make is sm.Logit else {}
    found = st.audit(make(yes, C).fit(cov_type=kind, **keywords))
    assert [f.cause for f in found.findings] == [f"{kind} is HC0"]
    assert found.distance < 1e-6
    assert "standard errors are not what they are called" in found.sentence


SEPARATED = {
    "GLM": (lambda: sm.GLM(split, C, family=Binomial()).fit(), {}),
    "Logit": (lambda: sm.Logit(split, C).fit(disp=0), {}),
    "scikit-learn, tiny penalty": (lambda: LogisticRegression(C=1e6).fit(X, split), {"X": X, "y": split}),
    "scikit-learn, none": (lambda: LogisticRegression(C=np.inf).fit(X, split), {"X": X, "y": split}),
    "scikit-learn, default": (lambda: LogisticRegression().fit(X, split), {"X": X, "y": split}),
}


@pytest.mark.parametrize("name", SEPARATED)
def test_separation_is_named_with_its_column(name):
    make, data = SEPARATED[name]
    found = st.audit(quiet(make), **data)
    assert not found.ok
    assert found.findings[0].cause == "separation"
    assert "x1" in found.findings[0].evidence
    assert found.findings[1].cause in ("stopped on the way to infinity", "penalty", "a penalty, not reached")
    assert "no unique maximum" in found.sentence
    assert np.isinf(found.table().set_index("term").loc["x1", "maximum"])
    assert found.distance == np.inf


def test_one_separating_column_is_told_from_the_others():
    z = (rng.random(n) < 0.1).astype(float)
    found = st.audit(quiet(sm.Logit(np.maximum(yes, z), np.column_stack([C, z])).fit, disp=0))
    assert found.findings[0].evidence.startswith("x4 separates the outcomes for some of the rows")
    assert_allclose(found.table()["difference_in_se"].to_numpy()[:4], 0.0, atol=1e-3)


def test_nan_with_converged_is_named():
    results = quiet(sm.MNLogit(np.digitize(X[:, 0], [-0.5, 0.5]), C).fit, disp=0, maxiter=200)
    assert results.mle_retvals["converged"]
    found = st.audit(results)
    assert [f.cause for f in found.findings] == ["separation", "NaN reported as converged"]
    assert "it reports that it converged" in found.findings[1].evidence
    assert "nan" not in str(found).lower().replace("nan reported", "")


def test_nan_of_large_columns_that_are_not_separated_names_the_column():
    draws = np.random.default_rng(1)
    income = draws.lognormal(11, 1, 300) * 1e4
    eta = np.log(income / np.median(income))[:, None] * [0.0, 3.0, -2.0]
    y = (eta + draws.gumbel(size=eta.shape)).argmax(axis=1)
    columns = sm.add_constant(np.column_stack([income, income**2]))
    results = quiet(sm.MNLogit(y, columns).fit, disp=0)
    assert results.mle_retvals["converged"]
    assert np.isnan(results.params).all()
    found = st.audit(results)
    assert [f.cause for f in found.findings] == ["NaN reported as converged"]
    assert "x2 has values up to" in found.findings[0].evidence
    assert np.isfinite(found.table()["maximum"]).all()


def test_a_penalty_that_was_not_reached_on_separated_data_is_told():
    big = np.where(yes, 1e4, -1e4) + 1e3 * X[:, :1].ravel()
    found = st.audit(quiet(LogisticRegression(max_iter=2).fit, big[:, None], yes), X=big[:, None], y=yes)
    assert found.findings[0].cause == "separation"
    assert found.findings[1].cause in ("penalty", "a penalty, not reached")
    assert "L2 penalty" in found.findings[1].evidence


PENALTIES = {
    "default": (LogisticRegression(), yes, 1.0),
    "strong": (LogisticRegression(C=0.01), yes, 100.0),
    "liblinear, intercept too": (LogisticRegression(solver="liblinear"), yes, 1.0),
    "no intercept": (LogisticRegression(fit_intercept=False), yes, 1.0),
    "L1": (LogisticRegression(l1_ratio=1.0, solver="liblinear", C=0.1), yes, 10.0),
    "multinomial": (LogisticRegression(tol=1e-8), kind, 1.0),
    "Ridge": (Ridge(alpha=3.0), quantity, 3.0),
    "Lasso": (Lasso(alpha=0.3), quantity, 0.3 * n),
    "ElasticNet": (ElasticNet(alpha=0.3), quantity, 0.3 * n),
    "PoissonRegressor": (PoissonRegressor(alpha=1.0, tol=1e-9), count, float(n)),
    "pipeline": (make_pipeline(StandardScaler(), LogisticRegression(C=0.1)), yes, 10.0),
}


@pytest.mark.parametrize("name", PENALTIES)
def test_the_penalty_and_its_strength_are_named(name):
    estimator, y, strength = PENALTIES[name]
    found = st.audit(quiet(estimator.fit, X, y), X=X, y=y)
    finding = next(f for f in found.findings if f.cause == "penalty")
    assert f"at strength {strength:.3g} a refit is" in finding.evidence
    assert not found.ok
    assert found.gain > 0


@pytest.mark.parametrize(
    ("make", "strength"),
    [
        (lambda: sm.OLS(quantity, C).fit_regularized(alpha=0.5, L1_wt=0.0), "L2 penalty of strength 100 "),
        (
            lambda: sm.GLM(yes, C, family=Binomial()).fit_regularized(alpha=0.05, L1_wt=0.0),
            "L2 penalty of strength 10 ",
        ),
        (lambda: sm.Logit(yes, C).fit_regularized(alpha=2.0, disp=0), "L1 penalty of strength 2 "),
        (lambda: sm.Logit(yes, C).fit_regularized(alpha=[0, 2, 2, 2], disp=0), "all columns but the intercept"),
    ],
)
def test_hidden_penalties_are_found_from_the_score(make, strength):
    """statsmodels' regularized results do not say that they are."""
    (finding,) = [f for f in st.audit(quiet(make)).findings if f.serious]
    assert finding.cause == "penalty"
    assert strength in finding.evidence


def test_no_penalty_is_right():
    found = st.audit(LogisticRegression(C=np.inf, tol=1e-8).fit(X, yes), X=X, y=yes)
    assert found.ok
    assert "no standard errors are reported" in found.sentence
    assert_allclose(found.table()["right_se"], st.fit(st.logistic(yes, X)).se, rtol=1e-6)


@pytest.mark.parametrize("scale", [1e-5, 1e-9, 1e-12])
def test_the_column_that_linear_regression_drops_is_named(scale):
    small = X * [1, 1, scale]
    found = st.audit(LinearRegression().fit(small, quantity), X=small, y=quantity)
    (finding,) = found.findings
    assert finding.cause == "dropped column"
    assert "the direction of x3, with" in finding.evidence
    assert_allclose(found.table()["maximum"], st.fit(st.ols(quantity, small)).estimate, rtol=1e-9)
    assert st.audit(sm.OLS(quantity, sm.add_constant(small)).fit()).ok


def test_a_polynomial_beyond_pinv_is_named_and_longley_is_right():
    x = np.linspace(-9, -3, 82)
    powers = np.vander(x, 11, increasing=True)
    y = powers @ np.full(11, 1e-5) + 0.01 * np.random.default_rng(0).normal(size=82)
    found = st.audit(quiet(sm.OLS(y, powers).fit))
    assert found.findings[0].cause == "dropped column"
    longley = sm.datasets.longley.load_pandas()
    assert st.audit(sm.OLS(longley.endog, sm.add_constant(longley.exog)).fit()).ok
    assert st.audit(LinearRegression().fit(longley.exog, longley.endog), X=longley.exog, y=longley.endog).ok


STOPPED = {
    "Newton": lambda: sm.Logit(yes, C).fit(disp=0, maxiter=2),
    "BFGS": lambda: sm.Logit(yes, C).fit(disp=0, method="bfgs", maxiter=3),
    "MNLogit": lambda: sm.MNLogit(kind, C).fit(disp=0, maxiter=1),
}


@pytest.mark.parametrize("name", STOPPED)
def test_early_stops_are_named_and_their_standard_errors_too(name):
    found = st.audit(quiet(STOPPED[name]))
    assert [f.cause for f in found.findings] == ["stopped early", "standard errors of another point"]
    assert "Newton's method reaches it" in found.findings[0].evidence
    assert found.distance > 0.02


def test_the_loop_of_scikit_learn_stops_early():
    found = st.audit(quiet(LogisticRegression(C=np.inf, max_iter=3).fit, X, yes), X=X, y=yes)
    assert [f.cause for f in found.findings] == ["stopped early"]


def test_the_distance_is_the_difference_in_standard_errors():
    best = st.fit(st.logistic(yes, X))
    found = st.audit(quiet(sm.Logit(yes, C).fit, disp=0, maxiter=2))
    gap = (found.table()["estimate"] - best.estimate) / best.se
    assert_allclose(found.table()["difference_in_se"], gap, rtol=1e-6)
    assert_allclose(found.gain, best.loglik - best.model.loglik(found.table()["estimate"]), rtol=1e-6)
    assert_allclose(found.decrement, np.sqrt(2 * found.gain), rtol=0.1)  # the log-likelihood is nearly a parabola


@pytest.mark.parametrize("C_", [np.inf, 1.0])
def test_a_reversed_outcome_is_named_with_a_penalty_or_without(C_):
    found = st.audit(LogisticRegression(C=C_, tol=1e-8).fit(X, 1 - yes), X=X, y=yes)
    assert [f.cause for f in found.findings] == ["outcome coding"] + ["penalty"] * (C_ == 1.0)


def test_the_text_outcome_of_a_formula_glm_is_the_other_one():
    found = st.audit(smf.glm("said ~ a + b", table, family=Binomial()).fit(), table)
    assert [f.cause for f in found.findings] == ["outcome coding"]
    assert "P(said = 'no')" in found.findings[0].evidence
    assert st.audit(smf.logit("y ~ a + b", table).fit(disp=0), table).ok
    assert not st.audit(sm.Logit(1 - yes, C).fit(disp=0), y=yes).ok


def test_standardized_columns_are_named():
    Z = StandardScaler().fit_transform(X)
    found = st.audit(LogisticRegression(C=np.inf, tol=1e-8).fit(Z, yes), X=X, y=yes)
    assert [f.cause for f in found.findings] == ["other units"]
    assert st.audit(make_pipeline(StandardScaler(), LogisticRegression(C=np.inf, tol=1e-8)).fit(X, yes), X=X, y=yes).ok


def test_weights_are_honored_and_missed():
    estimator = LogisticRegression(C=np.inf, tol=1e-8).fit(X, yes, sample_weight=precision)
    assert st.audit(estimator, X=X, y=yes, weights=precision).ok
    (finding,) = st.audit(estimator, X=X, y=yes).findings
    assert finding.cause == "not the maximum"
    assert "weights" in finding.advice
    assert st.audit(LogisticRegression(C=np.inf, tol=1e-8, class_weight="balanced").fit(X, yes), X=X, y=yes).ok


def test_aliased_columns_are_named():
    found = st.audit(quiet(sm.OLS(quantity, np.column_stack([C, X[:, 0] + X[:, 1]])).fit))
    assert [f.cause for f in found.findings] == ["aliased columns"]
    assert "x4 = x1 + x2" in found.findings[0].evidence
    assert "fitted values are right" in found.findings[0].advice
    assert "there is no unique maximum" in found.sentence
    unfinished = LogisticRegression(C=np.inf, tol=0.5).fit(np.column_stack([X, X[:, 0]]), yes)
    (finding,) = st.audit(unfinished, X=np.column_stack([X, X[:, 0]]), y=yes).findings
    assert "not those of a maximum either" in finding.advice


DEFICIENT = {
    "zeros": np.column_stack([X, np.zeros(len(X))]),
    "twice": np.column_stack([X, X[:, 0]]),
    "constant": np.column_stack([X, np.ones(len(X))]),
    "wide": np.random.default_rng(3).normal(size=(len(X), len(X) + 5)),
}
PENALIZED = {
    "default": (LogisticRegression(), "yes"),
    "no intercept": (LogisticRegression(tol=1e-10, max_iter=9999, fit_intercept=False), "yes"),
    "softmax": (LogisticRegression(tol=1e-10, max_iter=9999), "kind"),
    "ridge": (Ridge(2.0), "quantity"),
    "lasso": (Lasso(0.1, tol=1e-12), "quantity"),
    "elastic net": (ElasticNet(0.1, tol=1e-12), "quantity"),
    "poisson": (PoissonRegressor(alpha=0.1, tol=1e-9, max_iter=1000), "count"),
}


@pytest.mark.parametrize("columns", DEFICIENT)
@pytest.mark.parametrize("name", PENALIZED)
def test_a_penalty_has_a_maximum_where_the_likelihood_has_none(name, columns):
    estimator, kind = PENALIZED[name]
    g = np.random.default_rng(5)
    outcomes = {"yes": yes, "quantity": quantity, "count": g.poisson(2.0, len(X)), "kind": g.integers(0, 3, len(X))}
    D, target = DEFICIENT[columns], outcomes[kind]
    found = st.audit(quiet(lambda: estimator.fit(D, target)), X=D, y=target)
    causes = [finding.cause for finding in found.findings if finding.serious]
    if (name, columns) == ("no intercept", "constant"):
        assert causes == ["penalty"]  # a constant column stands for an intercept, and is shrunk as any other
        return
    assert causes == ["aliased columns", "penalty"]
    assert "are the maximum with a penalty, and without it there is no unique maximum" in found.sentence
    assert "fitted values" not in str(found)
    assert "strength" in found.findings[1].evidence


def test_a_penalty_that_was_not_reached_says_so_on_aliased_columns():
    D = DEFICIENT["twice"]
    found = st.audit(quiet(lambda: LogisticRegression(max_iter=1).fit(D, yes)), X=D, y=yes)
    assert [finding.cause for finding in found.findings] == ["aliased columns", "a penalty, not reached"]
    assert "after 1 steps; it reports that it did not converge" in found.findings[1].evidence


def test_a_missing_intercept_is_a_note():
    found = st.audit(sm.Logit(yes, X).fit(disp=0))
    assert found.ok
    assert [f.cause for f in found.findings] == ["no intercept"]


def test_tables_with_names():
    whole = table.dropna()
    found = st.audit(LogisticRegression().fit(whole[list("abc")], whole["y"]), whole, y="y")
    assert found.table()["term"].tolist() == ["Intercept", "a", "b", "c"]


def test_faces():
    found = st.audit(LogisticRegression().fit(X, yes), X=X, y=yes)
    assert found.sentence in str(found)
    text = found.markdown()
    assert "|:--|--:|" in text
    assert "- **penalty.**" in text
    with pytest.raises(AttributeError):
        found.ok = True  # type: ignore[misc]


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: st.audit(sm.GLS(quantity, C).fit()), IncompatibleError, "whitens the rows"),
        (lambda: st.audit(sm.GLM(np.exp(quantity), C, family=sm.families.Gamma(sm.families.links.Log())).fit()),
         IncompatibleError, "GLM Gamma with link Log"),
        (lambda: st.audit(StandardScaler().fit(X), X=X, y=yes), IncompatibleError, "StandardScaler"),
        (lambda: st.audit(LogisticRegression(), X=X, y=yes), IncompatibleError, "not fitted"),
        (lambda: st.audit(LogisticRegression().fit(X, yes)), DomainError, "pass X= and y="),
        (lambda: st.audit(LogisticRegression().fit(X, yes), X=X, y=yes[:-1]), DomainError, "199"),
        (lambda: st.audit(LogisticRegression().fit(X, yes), X=X, y=kind), DomainError, "does not know"),
        (lambda: st.audit(3.0), IncompatibleError, "got float"),
        (lambda: st.audit(sm.Logit(yes, C).fit(disp=0), y=yes[:-1]), DomainError, "199 rows"),
    ],
)  # fmt: skip
def test_refusals(make, error, words):
    with pytest.raises(error, match=words):
        quiet(make)


@pytest.mark.parametrize("size", [1e-4, 1e-9])
def test_a_ridge_on_a_column_of_small_units_is_a_penalty(size):
    g = np.random.default_rng(0)
    X = pd.DataFrame({"x": g.normal(size=80), "small": size * g.normal(size=80)})
    y = (g.random(80) < 1 / (1 + np.exp(-X["x"]))).astype(int)
    found = st.audit(LogisticRegression().fit(X, y), X=X, y=y)
    assert [finding.cause for finding in found.findings] == ["penalty"]
