"""Two fits of the same data: the causes of their difference, each proven by a refit, with shares that add to one."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from numpy.testing import assert_allclose
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import stattools as st
from stattools.errors import DomainError, IncompatibleError

rng = np.random.default_rng(1)
n = 200
X = rng.normal(size=(n, 3)) * [1, 10, 0.1] + [0, 5, 0]
eta = 0.3 + X @ [0.5, -0.1, 3.0]
yes = (rng.random(n) < 1 / (1 + np.exp(-eta))).astype(int)
d = pd.DataFrame(X, columns=list("abc")).assign(
    y=yes,
    said=np.where(yes, "yes", "no"),
    q=eta + rng.normal(size=n),
    k=rng.poisson(np.exp(0.2 * eta)),
    g=np.array(list("pqr"))[rng.integers(0, 3, n)],
    w=rng.integers(1, 4, n),
    firm=rng.integers(0, 20, n),
    hours=np.exp(0.3 * rng.normal(size=n)),
)
gaps = d.copy()
gaps.loc[[3, 50, 77], "a"] = np.nan
COLUMNS = list("abc")
Binomial = sm.families.Binomial


def ours(formula, data=d, *, cov: Any = "information", penalty=None, level=0.95, **keywords):
    return st.fit(st.logistic(formula, data, **keywords), cov=cov, penalty=penalty, level=level)


def line(formula="q ~ a + b", data=d, **keywords):
    return st.fit(st.ols(formula, data), **keywords)


def quiet(make, *args, **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make(*args, **kwargs)


ONE = {
    "reference level": (
        lambda: (smf.logit("y ~ a + C(g, Treatment('q'))", d).fit(disp=0), ours("y ~ a + g")),
        {"estimates", "se", "intervals"},
    ),
    "reference level, other contrasts": (
        lambda: (ours("y ~ a + C(g)"), ours("y ~ a + C(g, contr.sum)")),
        {"estimates", "se", "intervals"},
    ),
    "reference level of the outcome": (
        lambda: (st.fit(st.softmax("g ~ a", d)), st.fit(st.softmax("g ~ a", d, reference="q"))),
        {"estimates", "se", "intervals"},
    ),
    "penalty": (lambda: (ours("y ~ a + b + c"), LogisticRegression(tol=1e-8).fit(d[COLUMNS], d.y)), {"estimates"}),
    "penalty taken off": (
        lambda: (LogisticRegression(tol=1e-8).fit(d[COLUMNS], d.y), ours("y ~ a + b + c")),
        {"estimates"},
    ),
    "penalty of softmax": (
        lambda: (st.fit(st.softmax("g ~ a + b + c", d)), LogisticRegression(tol=1e-9).fit(d[COLUMNS], d.g)),
        {"estimates"},
    ),
    "penalty, hidden": (
        lambda: (smf.ols("q ~ a + b", d).fit(), smf.ols("q ~ a + b", d).fit_regularized(alpha=0.5, L1_wt=0.0)),
        {"estimates"},
    ),
    "penalty, Jeffreys": (
        lambda: (ours("y ~ a + b"), ours("y ~ a + b", penalty=st.Jeffreys())),
        {"estimates", "se", "intervals"},
    ),
    "intercept": (lambda: (line("q ~ a + b"), line("q ~ 0 + a + b")), {"estimates", "se", "intervals"}),
    "scaling": (lambda: (line("q ~ a + b"), line("q ~ a + b", d.assign(b=d.b / 10))), {"estimates", "se", "intervals"}),
    "scaling, pipeline": (
        lambda: (
            ours("y ~ a + b + c"),
            make_pipeline(StandardScaler(), LogisticRegression(C=np.inf, tol=1e-10)).fit(d[COLUMNS], d.y),
        ),
        {"estimates"},
    ),
    "dispersion": (
        lambda: (
            st.fit(st.poisson("k ~ a + b", d)),
            smf.glm("k ~ a + b", d, family=sm.families.Poisson()).fit(scale="X2"),
        ),
        {"se", "intervals"},
    ),
    "normal or t": (lambda: (line(), smf.glm("q ~ a + b", d).fit()), {"intervals"}),
    "normal or t, robust": (lambda: (line(cov="HC1"), smf.ols("q ~ a + b", d).fit(cov_type="HC1")), {"intervals"}),
    "normal or t, cluster": (
        lambda: (
            line(cov=st.Cluster("firm", kind="CR1")),
            smf.ols("q ~ a + b", d).fit(cov_type="cluster", cov_kwds={"groups": d.firm}),
        ),
        {"intervals"},
    ),
    "covariance": (lambda: (ours("y ~ a + b"), ours("y ~ a + b", cov="HC0")), {"se", "intervals"}),
    "covariance, cluster": (
        lambda: (ours("y ~ a"), ours("y ~ a", cov=st.Cluster("firm", kind="CR1"))),
        {"se", "intervals"},
    ),
    "HC1 is HC0": (
        lambda: (ours("y ~ a + b", cov="HC1"), smf.logit("y ~ a + b", d).fit(disp=0, cov_type="HC1")),
        {"se", "intervals"},
    ),
    "level": (lambda: (line(), line(level=0.9)), {"intervals"}),
    "expected or observed information": (
        lambda: (
            st.fit(st.probit("y ~ a + b", d)),
            smf.glm("y ~ a + b", d, family=Binomial(link=sm.families.links.Probit())).fit(),
        ),
        {"se", "intervals"},
    ),
    "rows dropped": (lambda: (ours("y ~ b"), ours("y ~ b", gaps.dropna())), {"estimates", "se", "intervals"}),
    "rows dropped, by formulas": (
        lambda: (ours("y ~ a + b", gaps), smf.logit("y ~ a + b", d).fit(disp=0)),
        {"estimates", "se", "intervals"},
    ),
    "weights": (lambda: (ours("y ~ a"), ours("y ~ a", weights="w")), {"estimates", "se", "intervals"}),
    "offset": (
        lambda: (
            st.fit(st.poisson("k ~ a", d)),
            smf.poisson("k ~ a", d, exposure=d.hours).fit(disp=0, tol=1e-12, method="newton"),
        ),
        {"estimates", "se", "intervals"},
    ),
    "not converged": (
        lambda: (ours("y ~ a + b"), smf.logit("y ~ a + b", d).fit(disp=0, maxiter=1)),
        {"estimates", "se", "intervals"},
    ),
    "sign of the outcome": (
        lambda: (ours("said ~ a + b"), smf.glm("said ~ a + b", d, family=Binomial()).fit()),
        {"estimates", "intervals"},
    ),
    "likelihood": (
        lambda: (ours("y ~ a"), st.fit(st.probit("y ~ a", d))),
        {"estimates", "se", "intervals"},
    ),
    "other columns": (lambda: (ours("y ~ a"), ours("y ~ b")), {"estimates", "se", "intervals"}),
}


def test_profile_intervals():
    fit = ours("y ~ a + b")
    found = st.explain(fit, fit, intervals=("wald", "profile"))
    assert found.table()["cause"].tolist() == ["Wald or profile"]
    assert st.explain(fit, fit).same


def test_separated_data_have_no_maximum_to_pass_through():
    split = d.assign(y=(d.a > 0).astype(int))
    results = quiet(smf.glm("y ~ a + b", split, family=Binomial()).fit)
    found = st.explain(results, LogisticRegression(C=0.1).fit(split[["a", "b"]], split.y), data=split)
    assert found.table()["cause"].tolist()[0] == "no maximum and penalty"
    assert any("separate" in note for note in found.notes)


def test_a_dropped_column_is_named():
    small = d.assign(c=d.c * 1e-12)
    found = st.explain(line("q ~ a + b + c", small), LinearRegression().fit(small[COLUMNS], small.q), data=small)
    assert found.table()["cause"].tolist() == ["dropped column"]


def test_nan_is_explained_by_its_cause():
    codes = np.digitize(d.a, [-0.5, 0.5])
    results = quiet(sm.MNLogit(codes, sm.add_constant(d[["a", "b"]])).fit, disp=0, maxiter=200)
    good = LogisticRegression().fit(d[["a", "b"]], codes)
    found = st.explain(results, good, X=d[["a", "b"]], y=codes)
    assert found.table()["cause"].tolist() == ["separation", "NaN reported as converged"]
    assert not found.ok


def test_faces_and_refusals():
    found = st.explain(ours("y ~ a + b"), ours("y ~ a + b", cov="HC1"))
    assert "100.0 %" in str(found)
    assert "Shares of the difference" in found.markdown()
    assert " of se |" in found.markdown()
    with pytest.raises(IncompatibleError, match="have none in common"):
        st.explain(ours("y ~ 0 + a"), ours("y ~ 0 + b"))
    with pytest.raises(DomainError, match="not among those of the other"):
        st.explain(ours("y ~ a"), ours("y ~ a", d.assign(a=d.a + 1).iloc[5:]))
    with pytest.raises(IncompatibleError, match="for regressions"):
        st.explain(ours("y ~ a"), st.fit(st.coin([1, 0, 1])))


def test_a_centered_ridge_is_no_cause_where_the_reference_differs():
    fits = [st.fit(st.softmax("g ~ a + b", d, reference=level), penalty=st.Ridge(1.0)) for level in "pq"]
    why = st.explain(*fits).table()
    assert why["cause"].tolist() == ["reference level"]
    assert_allclose(why["estimates"], 1.0, atol=1e-6)
    against = [st.fit(f.model, penalty=st.Ridge(1.0, centered=False)) for f in fits]
    assert "penalty" in set(st.explain(*against).table()["cause"])


def test_an_outcome_that_a_likelihood_cannot_have_is_refused():
    x = np.array([-1.2, 0.3, 0.8, -0.5, 1.9, 0.1])
    counts, numbers = st.fit(st.poisson([3, 1, 0, 2, 4, 1], x)), st.fit(st.ols(-x, np.sin(3 * x)))
    with pytest.raises(st.DomainError, match="Poisson needs counts"):
        st.explain(counts, numbers)
