"""Cross-validation against loops over folds that fit and predict one by one."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError, IdentificationError, IncompatibleError

N = 90


def table() -> pd.DataFrame:
    g = np.random.default_rng(4)
    x, shop = g.standard_normal(N), np.repeat(np.arange(15), 6)
    eta = 0.4 + 0.8 * x + 0.3 * g.standard_normal(15)[shop]
    return pd.DataFrame(
        {
            "x": x,
            "shop": shop,
            "y": eta + g.standard_normal(N),
            "b": (g.random(N) < 1 / (1 + np.exp(-eta))).astype(int),
            "k": g.poisson(np.exp(0.5 * eta)),
            "c": np.array(["a", "b", "c"])[np.digitize(eta + g.standard_normal(N), [0.0, 1.0])],
            "w": g.integers(1, 4, N),
        }
    )


DATA = table()
MODELS = {
    "ols": lambda t: st.ols("y ~ x", t),
    "logistic": lambda t: st.logistic("b ~ x", t),
    "poisson": lambda t: st.poisson("k ~ x", t),
    "softmax": lambda t: st.softmax("c ~ x", t),
    "one_vs_rest": lambda t: st.one_vs_rest("c ~ x", t),
}


@pytest.mark.parametrize("name", MODELS)
def test_each_row_is_scored_by_the_fit_without_its_fold(name):
    found = st.cross_validate(MODELS[name](DATA), folds=5, seed=2)
    total = 0.0
    for k in range(5):
        one = st.held_out(st.fit(MODELS[name](DATA[found.fold != k])), data=DATA[found.fold == k])
        total += one.log_score[0] * one.n[0]
        if "accuracy" in found.scores[0]:
            assert_allclose(found.by_fold().accuracy[k], one.accuracy[0])
    log_score = found.table().iloc[0]
    assert_allclose(log_score["mean"], total / N, rtol=1e-8)
    values = found.scores[0]["log score"]
    assert_allclose(log_score["se"], values.std(ddof=1) / np.sqrt(N), rtol=1e-12)
    assert (log_score["difference"], log_score["difference_se"]) == (0.0, 0.0)


def test_a_penalty_is_that_of_each_fit():
    model = st.logistic("b ~ x", DATA)
    found = st.cross_validate(model, folds=3, seed=2, penalty=st.Ridge(20.0))
    fit = st.fit(st.logistic("b ~ x", DATA[found.fold != 1]), penalty=st.Ridge(20.0))
    wanted = st.held_out(fit, data=DATA[found.fold == 1]).log_score[0]
    assert_allclose(found.by_fold()["log score"][1], wanted, rtol=1e-9)


def test_weights_count_rows_and_stay_in_one_fold():
    found = st.cross_validate(st.ols("y ~ x", DATA, weights="w"), folds=4, seed=2)
    again = DATA.loc[DATA.index.repeat(DATA.w)]
    fold = np.repeat(found.fold, DATA.w)
    total = 0.0
    for k in range(4):
        one = st.held_out(st.fit(st.ols("y ~ x", again[fold != k])), data=again[fold == k])
        total += one.log_score[0] * one.n[0]
    assert_allclose(found.table()["mean"][0], total / DATA.w.sum(), rtol=1e-8)
    assert found.n == DATA.w.sum()


def test_groups_stay_together_and_their_sums_are_what_varies():
    found = st.cross_validate(st.ols("y ~ x", DATA), folds=5, groups="shop", seed=2)
    assert DATA.groupby("shop").apply(lambda rows: len(set(found.fold[rows.index]))).max() == 1
    assert np.bincount(found.fold).tolist() == [18] * 5
    values = found.scores[0]["log score"]
    sums = pd.Series(values - values.mean()).groupby(DATA.shop).sum()
    assert_allclose(found.table()["se"][0], np.sqrt((sums**2).sum() * 15 / 14) / N, rtol=1e-12)


def test_labels_are_dealt_evenly_and_a_seed_is_a_choice_of_folds():
    model = st.softmax("c ~ x", DATA)
    found, other = (st.cross_validate(model, folds=6, seed=seed) for seed in (1, 2))
    counts = pd.crosstab(DATA.c, found.fold)
    assert (counts.max(axis=1) - counts.min(axis=1)).max() <= 1
    assert (found.fold == st.cross_validate(model, folds=6, seed=1).fold).all()
    assert (found.fold != other.fold).any()


def test_models_side_by_side_are_compared_row_by_row():
    found = st.cross_validate(st.ols("y ~ 1", DATA), st.ols("y ~ x", DATA), seed=3, names=["null", "line"])
    rows = found.table().set_index(["score", "model"])
    gap = found.scores[0]["log score"] - found.scores[1]["log score"]
    null = rows.loc[("log score", "null")]
    assert_allclose([null["difference"], null["difference_se"]], [gap.mean(), gap.std(ddof=1) / np.sqrt(N)])
    assert rows.loc[("log score", "line")]["difference"] == 0.0


def test_a_network_is_trained_without_the_fold_in_units_of_its_own():
    model = st.network("y ~ x", DATA, hidden=(2,))
    found = st.cross_validate(model, folds=2, seed=1)
    inside = found.fold == 0
    assert found.scores[0]["squared error"][inside].mean() < 1.5 * DATA.y[inside].var()
    part = st.network("y ~ x", DATA, hidden=(2,)).subset(np.arange(30))
    assert_allclose([part.center[0], part.middle], [DATA.x[:30].mean(), DATA.y[:30].mean()])


def test_what_cannot_be_is_said():
    few = pd.DataFrame({"b": [0, 0, 0, 1, 1, 1], "x": [1.0, 2, 3.1, 3, 4, 5]})
    with pytest.raises(IdentificationError, match=r"no fit without fold \d .*has no maximum"):
        st.cross_validate(st.logistic("b ~ x", few), folds=6, seed=1)
    with pytest.raises(DomainError, match="no more folds than rows; got folds=7 and 6 rows"):
        st.cross_validate(st.ols("b ~ x", few), folds=7, seed=1)
    with pytest.raises(DomainError, match="no more folds than groups"):
        st.cross_validate(st.ols("b ~ x", few), folds=4, seed=1, groups=list("aabbcc"))
    with pytest.raises(IncompatibleError, match="has other rows"):
        st.cross_validate(st.ols("b ~ x", few), st.ols("b ~ x", few[1:]), folds=2, seed=1)
    with pytest.raises(IncompatibleError, match="no rows that could be taken apart"):
        st.cross_validate(st.coin([1, 0, 1]), folds=2, seed=1)
    with pytest.raises(IncompatibleError, match=r"of a fit fit\.model"):
        st.cross_validate(st.fit(st.ols("b ~ x", few)), folds=2, seed=1)


@pytest.mark.parametrize("make", [st.ols, st.poisson, st.gamma])
@pytest.mark.parametrize("size", [1e155, 1e300])
def test_scores_beyond_float64_are_refused_by_fold(make, size):
    g = np.random.default_rng(0)
    x, y = g.normal(size=30), g.poisson(9.0, 30) + 1.0
    x[3] = size
    with pytest.raises((DomainError, IdentificationError), match=r"beyond float64.*(c|C)hange (the|its) units"):
        st.cross_validate(make("y ~ x", {"x": x, "y": y}), folds=3, seed=0, penalty=st.Ridge(1.0))
