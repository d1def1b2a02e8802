"""Two fits of the same data: the causes of their difference, each proven by a refit, with shares that add to one."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from numpy.testing import assert_allclose
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from stattools.validation.explaining.way_between_fits import plain_name

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
            line(cov=st.Cluster("firm")),
            smf.ols("q ~ a + b", d).fit(cov_type="cluster", cov_kwds={"groups": d.firm}),
        ),
        {"intervals"},
    ),
    "covariance": (lambda: (ours("y ~ a + b"), ours("y ~ a + b", cov="HC0")), {"se", "intervals"}),
    "covariance, cluster": (lambda: (ours("y ~ a"), ours("y ~ a", cov=st.Cluster("firm"))), {"se", "intervals"}),
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


@pytest.mark.parametrize("name", ONE)
def test_one_cause_is_the_whole_difference(name):
    make, where = ONE[name]
    a, b = quiet(make)
    found = quiet(st.explain, a, b, data=d)
    assert not found.same
    assert found.ok
    rows = found.table()
    assert rows["cause"].tolist()[0] == name.split(",")[0].split(" taken")[0].split(" of softmax")[0].removesuffix(
        " of the outcome" if name.startswith("reference") else " "
    )
    for quantity in ("estimates", "se", "intervals"):
        shares = rows[quantity].dropna()
        assert bool(len(shares)) == (quantity in where), quantity
        if len(shares):
            assert_allclose(shares.iloc[0], 1.0, atol=5e-3)
            assert_allclose(shares.sum(), 1.0, atol=2e-3)


def test_profile_intervals():
    fit = ours("y ~ a + b")
    found = st.explain(fit, fit, intervals=("wald", "profile"))
    assert found.table()["cause"].tolist() == ["Wald or profile"]
    assert st.explain(fit, fit).same


def test_several_causes_add_up_to_the_whole():
    """Each share is what the refit on the way moves, seen along the whole difference."""
    a, table = ours("y ~ a + b + c", gaps), d.assign(b=d.b / 10, y=1 - d.y)
    b = LogisticRegression(fit_intercept=False, tol=1e-10).fit(table[COLUMNS], table.y)
    found = st.explain(a, b, data=table)
    rows = found.table().set_index("cause")
    assert found.ok
    assert set(rows.index) == {"rows dropped", "sign of the outcome", "intercept", "scaling", "penalty"}
    assert_allclose(rows["estimates"].sum(), 1.0, atol=1e-3)
    assert all(cause in found.sentence for cause in rows.index if abs(rows.loc[cause, "estimates"]) > 0.005)


def test_shares_against_refits_by_hand():
    """Intercept first, then the penalty: two refits with the package's own functions."""
    a = line("q ~ a + b")
    b = Ridge(alpha=50.0, fit_intercept=False).fit(d[["a", "b"]], d.q)
    found = st.explain(a, b, data=d).table().set_index("cause")
    between = line("q ~ 0 + a + b").estimate
    ends = st.fit(st.ols("q ~ 0 + a + b", d), penalty=st.Ridge(50.0)).estimate
    assert_allclose(ends, b.coef_, rtol=1e-8)
    unit = np.minimum(a.se, np.append(np.inf, line("q ~ 0 + a + b").se))
    start, middle, end = (v / unit for v in (a.estimate, np.append(0.0, between), np.append(0.0, ends)))
    whole = end - start
    # the second unit is measured at b's own numbers, whose residual scale is a little larger
    assert_allclose(found.loc["intercept", "estimates"], (middle - start) @ whole / (whole @ whole), rtol=1e-2)
    assert_allclose(found["estimates"].sum(), 1.0, rtol=1e-10)


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


def test_what_no_refit_removes_is_said():
    weighted = LogisticRegression(C=np.inf, tol=1e-9).fit(d[["a", "b"]], d.y, sample_weight=d.w)
    found = st.explain(ours("y ~ a + b"), weighted, data=d)
    assert not found.ok
    assert found.table()["cause"].tolist() == ["unexplained"]
    assert st.explain(ours("y ~ a + b", weights="w"), weighted, data=d, weights="w").same


def test_nan_is_explained_by_its_cause():
    codes = np.digitize(d.a, [-0.5, 0.5])
    results = quiet(sm.MNLogit(codes, sm.add_constant(d[["a", "b"]])).fit, disp=0, maxiter=200)
    good = LogisticRegression().fit(d[["a", "b"]], codes)
    found = st.explain(results, good, X=d[["a", "b"]], y=codes)
    assert found.table()["cause"].tolist() == ["separation", "NaN reported as converged"]
    assert not found.ok


def test_columns_and_categories_under_other_names_are_matched_by_their_values():
    text = st.fit(st.softmax("g ~ a + b", d))
    codes = sm.MNLogit(d.g.map({"p": 0, "q": 1, "r": 2}).to_numpy(), sm.add_constant(d[["a", "b"]].to_numpy()))
    found = st.explain(text, codes.fit(disp=0))
    assert found.same
    assert "x1 is a, x2 is b, 0 is p, 1 is q, 2 is r" in found.notes[0]
    other = smf.mnlogit("h ~ a + b", d.assign(h=d.g.map({"r": 0, "p": 1, "q": 2}))).fit(disp=0)
    why = st.explain(text, other)
    assert why.table()["cause"].tolist() == ["reference level"]
    assert_allclose(why.table()["estimates"], 1.0, atol=1e-6)
    shrunk = LogisticRegression(C=0.1, tol=1e-10, max_iter=5000).fit(d[["a", "b"]].to_numpy(), codes.endog)
    why = st.explain(text, shrunk, X=d[["a", "b"]].to_numpy(), y=codes.endog)
    assert why.ok
    assert why.table()["cause"].tolist() == ["penalty"]


def test_matching_by_values_needs_values_that_are_the_same():
    left = line("q ~ 0 + a")
    right = sm.OLS(d.q.to_numpy(), d[["b"]].to_numpy()).fit()
    with pytest.raises(IncompatibleError, match="none in common, by name or by the values"):
        st.explain(left, right)


def test_the_same_fit_in_three_packages():
    own = ours("y ~ a + b")
    other = smf.logit("y ~ a + b", d).fit(disp=0)
    third = LogisticRegression(C=np.inf, tol=1e-10).fit(d[["a", "b"]], d.y)
    for a, b in ((own, other), (other, own), (own, third), (third, other)):
        found = st.explain(a, b, data=d)
        assert found.same
        assert "are the same" in str(found)
    assert st.explain(st.fit(st.logistic("y ~ a + b + c", d), penalty=st.Ridge(1.0)),
                      LogisticRegression(tol=1e-10).fit(d[COLUMNS], d.y), data=d).same  # fmt: skip


def test_faces_and_refusals():
    found = st.explain(ours("y ~ a + b"), ours("y ~ a + b", cov="HC1"))
    assert "100.0 %" in str(found)
    assert "share of se" in found.markdown()
    with pytest.raises(IncompatibleError, match="have none in common"):
        st.explain(ours("y ~ 0 + a"), ours("y ~ 0 + b"))
    with pytest.raises(DomainError, match="not among those of the other"):
        st.explain(ours("y ~ a"), ours("y ~ a", d.assign(a=d.a + 1).iloc[5:]))
    with pytest.raises(IncompatibleError, match="for regressions"):
        st.explain(ours("y ~ a"), st.fit(st.coin([1, 0, 1])))


@pytest.mark.parametrize(
    ("name", "plain"),
    [("C(g)[T.b]", "g[T.b]"), ("C(g, Treatment('q'))[T.b]", "C(g, Treatment('q'))[T.b]"), ("q: const", "q: Intercept")],
)
def test_names_of_the_same_column(name, plain):
    assert plain_name(name) in (plain, "g[T.b]")


@pytest.mark.parametrize("centered", [None, False])
def test_a_softmax_fit_with_a_ridge_is_explained_by_its_ridge(centered):
    g = np.random.default_rng(4)
    X = pd.DataFrame(g.normal(size=(120, 2)), columns=["a", "b"])
    y = np.array(["u", "v", "w"])[np.argmax(X.to_numpy() @ g.normal(size=(2, 3)) + g.gumbel(size=(120, 3)), axis=1)]
    ours = st.fit(st.softmax(y, X), penalty=st.Ridge(2.0, centered=centered))
    theirs = st.fit(st.softmax(y, X))
    found = st.explain(ours, theirs)
    assert found.table().cause.tolist() == ["penalty"]
    assert found.ok
    assert repr(ours.penalty) in str(found)


def test_a_centered_ridge_is_no_cause_where_the_reference_differs():
    fits = [st.fit(st.softmax("g ~ a + b", d, reference=level), penalty=st.Ridge(1.0)) for level in "pq"]
    why = st.explain(*fits).table()
    assert why["cause"].tolist() == ["reference level"]
    assert_allclose(why["estimates"], 1.0, atol=1e-6)
    against = [st.fit(f.model, penalty=st.Ridge(1.0, centered=False)) for f in fits]
    assert "penalty" in set(st.explain(*against).table()["cause"])
