"""Whatever is given beside something that has an index is refused where its own index differs, and taken where not."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

import stattools as st
from stattools.data.tables.table import index_of, paired

N = 12
ONES = np.ones((N, N))
FRAME = pd.DataFrame(
    {
        "y": [1.0, 3.0, 2.0, 5.0, 4.0, 6.0, 5.0, 8.0, 7.0, 9.0, 8.0, 11.0],
        "b": [0, 1, 0, 1, 0, 0, 1, 1, 0, 1, 1, 0],
        "x": np.arange(N) / 4.0,
        "g": list("aabbccddeeff"),
        "w": [1, 2] * 6,
    }
)
OTHER = FRAME.iloc[::-1]
X, U = FRAME[["x"]], OTHER[["x"]]  # the same rows, and the same in another order
OLS, WEIGHTED = st.fit(st.ols("y ~ x", FRAME)), st.fit(st.ols("y ~ x", FRAME, precision="w"))
ARRAYS = st.fit(st.ols(FRAME.y, X))
COUNTS = st.fit(st.poisson("w ~ x", FRAME, offset="y", exposure="w"))
GROUPED = st.fit(st.logistic("b ~ x", FRAME, trials=FRAME.w))
BELIEF = st.posterior(
    st.ols("y ~ x", FRAME, precision=FRAME.w), prior=st.NormalInverseGammaRegression([0, 0], 0.1, 1, 1)
)
DRAWS = st.posterior(st.ols("y ~ x", FRAME, precision=FRAME.w), method="importance", draws=250, seed=1)
ARMS = st.posterior(st.binomial(FRAME.b, FRAME.w, by=FRAME.g), prior=st.Beta(1, 1))
BETA = st.beta_binomial(9 * FRAME.b, X, trials=10 * FRAME.w)
REGRESSIONS = {
    "ols": (st.ols, "y ~ x", ("offset", "weights", "precision")),
    "logistic": (st.logistic, "b ~ x", ("offset", "weights", "trials")),
    "probit": (st.probit, "b ~ x", ("offset", "weights")),
    "softmax": (st.softmax, "g ~ x", ("weights",)),
    "poisson": (st.poisson, "w ~ x", ("offset", "exposure", "weights")),
    "negative_binomial": (st.negative_binomial, "w ~ x", ("offset", "exposure", "weights")),
    "beta_binomial": (st.beta_binomial, "b ~ x", ("trials",)),
    "one_vs_rest": (st.one_vs_rest, "g ~ x", ("weights",)),
    "network": (st.network, "g ~ x", ("weights",)),
}


def _skl(s):
    from sklearn.linear_model import LinearRegression

    return LinearRegression().fit(X.to_numpy(), FRAME.y.to_numpy())


def _smf():
    import statsmodels.formula.api as smf

    return smf.logit("b ~ x", FRAME).fit(disp=False)


# Each takes a series (or a frame) of the rows of FRAME, and answers with anything.
BESIDE = {
    "cluster": lambda s: st.fit(OLS.model, cov=st.Cluster(s.g)),
    "second cluster": lambda s: st.fit(OLS.model, cov=st.Cluster(range(N), s.g)),
    "cluster of arrays": lambda s: st.fit(ARRAYS.model, cov=st.Cluster(s.g)),
    "cluster of rows kept": lambda s: st.fit(
        st.ols("y ~ x", FRAME.assign(x=FRAME.x.where(FRAME.x != 1.0))), cov=st.Cluster(s.g)
    ),
    "dict of series": lambda s: st.ols("y ~ x", {"y": FRAME.y, "x": s.x}),
    "dict of series and arrays": lambda s: st.ols("y ~ z + x", {"z": FRAME.w.to_numpy(), "y": FRAME.y, "x": s.x}),
    "dict at prediction": lambda s: st.fit(st.ols("y ~ x + w", FRAME)).predict({"x": FRAME.x, "w": s.w}),
    "y and X": lambda s: st.ols(s.y, X),
    "y and weights beside an array": lambda s: st.ols(FRAME.y, X.to_numpy(), weights=s.w),
    "offset at prediction": lambda s: COUNTS.predict(FRAME, offset=s.y),
    "exposure at prediction": lambda s: COUNTS.predict(FRAME, exposure=s.w),
    "precision at prediction": lambda s: WEIGHTED.predict(FRAME, interval=0.9, kind="observation", precision=s.w),
    "trials at prediction": lambda s: GROUPED.predict(FRAME, kind="observation", trials=s.w),
    "offset of effects": lambda s: COUNTS.marginal_effects(data=FRAME, offset=s.y),
    "exposure of effects": lambda s: COUNTS.marginal_effects(data=FRAME, exposure=s.w),
    "precision of a belief": lambda s: BELIEF.predictive(FRAME, precision=s.w),
    "precision of draws": lambda s: DRAWS.predict(FRAME, kind="observation", seed=1, precision=s.w),
    "new y and X": lambda s: st.held_out(ARRAYS, data=(s.y, X)),
    "labels of groups": lambda s: st.empirical_bayes(BETA, labels=pd.Series(range(N), index=s.index)),
    "weights of many": lambda s: st.fit_many("y ~ x", FRAME, by="g", weights=s.w),
    "outcomes of many": lambda s: st.fit_many(OLS.model, outcomes=pd.DataFrame([s.y, s.y])),
    "outcomes and weights of many": lambda s: st.fit_many(
        OLS.model, outcomes=pd.DataFrame(ONES * FRAME.y.to_numpy()), weights=pd.DataFrame(ONES, index=s.index)
    ),
    "coin": lambda s: st.coin(FRAME.b, by=s.g),
    "coin of a table": lambda s: st.coin("b", by=s.g, data=FRAME),
    "binomial": lambda s: st.binomial(FRAME.b, s.w),
    "binomial by": lambda s: st.binomial(FRAME.b, FRAME.w, by=s.g),
    "rate": lambda s: st.poisson_rate(FRAME.w, exposure=s.w),
    "rate by": lambda s: st.poisson_rate(FRAME.w, by=s.g),
    "times": lambda s: st.exponential_rate(FRAME.w, censored=s.b),
    "times by": lambda s: st.exponential_rate(FRAME.w, by=s.g),
    "pascal": lambda s: st.pascal(FRAME.b, successes=s.w),
    "normal by": lambda s: st.normal(FRAME.y, by=s.g),
    "normal sd": lambda s: st.normal(FRAME.y, sd=s.w),
    "prior": lambda s: st.Beta(FRAME.w, s.w),
    "normal prior": lambda s: st.Normal(FRAME.y, s.w),
    "trials of arms": lambda s: ARMS.predictive(s.w.iloc[::2].set_axis(s.g.iloc[::2])),
    "regressors of a series": lambda s: st.local_level(FRAME.y, X=s[["b"]]),
    "smoothing": lambda s: st.exponential_smoothing(FRAME.y, weights=s[["x"]]),
    "smoothing of a table": lambda s: st.exponential_smoothing(FRAME.y, weights="~ x", data=s),
    "filter": lambda s: st.exponential_filter(FRAME.y, s.x / 9.0),
    "filter's adjoint": lambda s: st.exponential_filter_adjoint(FRAME.y, 0.5, s.y),
    "recurrence": lambda s: st.linear_recurrence(s.x / 9.0, FRAME.y),
    "recurrence's adjoint": lambda s: st.linear_recurrence_adjoint(0.5, FRAME.y, s.y),
    "moments": lambda s: st.exponential_moments(FRAME.y, half_life=2.0, times=pd.Series(range(N), index=s.index)),
    "whittaker": lambda s: st.whittaker(FRAME.y, 10.0, weights=s.w),
    "audit": lambda s: st.audit(_smf(), y=s.b),
    "audit of a table": lambda s: st.audit(_smf(), s),
    "audit of arrays": lambda s: st.audit(_skl(s), X=X, y=s.y),
    "audit with weights": lambda s: st.audit(_skl(s), X=X, y=FRAME.y, weights=s.w),
}
for name, (make, formula, extras) in REGRESSIONS.items():
    for key in extras:
        BESIDE[f"{name}: {key}= of a table"] = lambda s, m=make, f=formula, k=key: m(f, FRAME, **{k: s.w})
        BESIDE[f"{name}: {key}= of arrays"] = lambda s, m=make, f=formula, k=key: m(FRAME[f[0]], X, **{k: s.w})


@pytest.mark.parametrize("case", BESIDE, ids=str)
def test_indexes_that_differ_are_refused_and_equal_ones_taken(case):
    BESIDE[case](FRAME)
    with pytest.raises(st.DomainError, match=r"different pandas indexes.*\.to_numpy\(\)|has the labels"):
        BESIDE[case](OTHER)


def test_a_cluster_of_labels_in_another_order_was_paired_by_position():
    right = st.fit(OLS.model, cov=st.Cluster("g")).se
    moved = OTHER.g.reindex(FRAME.index)
    np.testing.assert_array_equal(st.fit(OLS.model, cov=st.Cluster(moved)).se, right)
    by_position = st.fit(OLS.model, cov=st.Cluster(FRAME.g.sample(frac=1, random_state=1).to_numpy())).se
    assert not np.allclose(by_position, right, rtol=0.01)


def test_labels_of_the_rows_kept_and_of_all_rows_are_the_same_groups():
    gaps = FRAME.assign(x=FRAME.x.where(FRAME.x != 1.0)).set_index(pd.Index(range(20, 20 + N)))
    model = st.ols("y ~ x", gaps)
    assert model.index.tolist() == [k for k in range(20, 20 + N) if k != 24]
    whole, kept = (st.fit(model, cov=st.Cluster(labels)).se for labels in (gaps.g, gaps.dropna().g))
    np.testing.assert_array_equal(whole, kept)
    np.testing.assert_array_equal(whole, st.fit(model, cov=st.Cluster("g")).se)
    with pytest.raises(st.DomainError, match="the rows of the fit and Cluster"):
        st.fit(model, cov=st.Cluster(gaps.dropna().g.reset_index(drop=True)))


def test_columns_without_an_index_are_paired_by_position():
    polars = pl.from_pandas(FRAME)
    for weights in (polars["w"], FRAME.w.to_numpy(), FRAME.w.tolist()):
        assert st.ols("y ~ x", FRAME.set_index("g"), weights=weights).n == FRAME.w.sum()
    assert index_of(polars) is index_of(polars["w"]) is index_of(None) is None
    assert paired(("y", [1]), ("X", polars)) is None


def test_one_fit_of_many_knows_its_rows():
    one = st.fit_many("y ~ x", FRAME.assign(half=[0] * 6 + [1] * 6), by="half").model_of(1)
    assert one.index.tolist() == list(range(6, 12))
