"""Many fits at once are `st.fit` one by one, and members without a maximum are listed with the reason."""

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import DomainError, IncompatibleError

N, M = 60, 12
RANDOM = np.random.default_rng(0)
X = np.column_stack([RANDOM.normal(size=N), 1e4 + 50.0 * RANDOM.normal(size=N)])
ETA = 0.5 * X[:, 0] - 0.01 * (X[:, 1] - 1e4)
OUTCOMES = {
    "logistic": (RANDOM.random((M, N)) < 1.0 / (1.0 + np.exp(-ETA))).astype(float),
    "poisson": RANDOM.poisson(np.exp(ETA), (M, N)).astype(float),
    "ols": 1e6 * (ETA + RANDOM.normal(size=(M, N))),
    "probit": (RANDOM.random((M, N)) < 0.5).astype(float),
    "gamma": RANDOM.gamma(2.0, np.exp(ETA), (M, N)),
    "ordinal": ((RANDOM.logistic(size=(M, N)) + ETA)[:, :, None] > [-1.0, 1.0]).sum(axis=2).astype(float),
}


def assert_same(fits, k, alone):
    np.testing.assert_allclose((fits.estimate[k] - alone.estimate) / alone.se, 0.0, atol=1e-12)
    np.testing.assert_allclose(fits.se[k], alone.se, rtol=1e-9)
    assert fits.loglik[k] == pytest.approx(alone.loglik, rel=1e-10)
    assert fits.scale[k] == pytest.approx(alone.scale, rel=1e-9)
    ours, own = fits.interval(0.9), alone.interval(0.9)
    np.testing.assert_allclose(np.asarray(ours.lower)[k], own.lower, rtol=1e-6)


@pytest.mark.parametrize("name", list(OUTCOMES))
def test_outcomes_and_weights(name):
    Y = OUTCOMES[name]
    W = np.random.default_rng(1).integers(0, 4, (M, N)).astype(float)
    make = getattr(st, name)
    plain, weighted = st.fit_many(make(Y[0], X), outcomes=Y), st.fit_many(make(Y[0], X), outcomes=Y, weights=W)
    for k in (0, 5, M - 1):
        assert_same(plain, k, st.fit(make(Y[k], X)))
        assert_same(weighted, k, st.fit(make(Y[k], X, weights=W[k])))


def test_times_are_fitted_by_groups_and_drawn_anew():
    g = np.random.default_rng(3)
    groups = pd.DataFrame({"t": g.exponential(np.exp(np.tile(ETA, 4))), "x": np.tile(X[:, 0], 4)})
    groups["d"], groups["k"] = g.random(4 * N) < 0.8, g.permutation(np.repeat(list("abcd"), N))
    fits = st.fit_many("survival(t, d) ~ x", groups, by="k", model=st.aft)
    for k, label in enumerate(fits.labels):
        assert_same(fits, k, st.fit(st.aft("survival(t, d) ~ x", groups[groups.k == label])))
    whole = st.fit(st.aft("survival(t, d) ~ x", groups))
    draws = st.bootstrap(whole, draws=60, seed=1)
    assert not draws.failed
    np.testing.assert_allclose(draws.se, whole.se, rtol=0.5)


@pytest.mark.parametrize("name", ["logistic", "poisson", "ols", "gamma"])
@pytest.mark.parametrize("intercept", [True, False])
def test_models_of_different_lengths(name, intercept):
    Y, make = OUTCOMES[name], getattr(st, name)
    lengths = [60, 55, 20, 41, 33]
    design = X - [0.0, 1e4]
    offsets = np.random.default_rng(2).normal(size=N)
    models = [make(Y[k, :n], design[:n], offset=offsets[:n], intercept=intercept) for k, n in enumerate(lengths)]
    fits = st.fit_many(models)
    for k, model in enumerate(models):
        assert_same(fits, k, st.fit(model))


def test_mixed_models_are_fitted_by_groups():
    g = np.random.default_rng(5)
    table = pd.DataFrame({"x": g.normal(size=240), "g": np.tile(np.repeat(np.arange(8), 10), 3)})
    table["k"] = g.permutation(np.repeat(list("abc"), 80))
    table["y"] = table.x + g.normal(size=8)[table.g] + g.normal(size=240)
    table.loc[table.k == "c", "y"] = 2.0
    fits = st.fit_many("y ~ x + (1 | g)", table, by="k", model=st.linear_mixed)
    assert list(fits.reasons) == ["c"]
    for k, label in enumerate(fits.labels):
        if label != "c":
            alone = st.fit(st.linear_mixed("y ~ x + (1 | g)", table[table.k == label]))
            np.testing.assert_allclose(fits.estimate[k], alone.estimate, rtol=1e-9)
            np.testing.assert_allclose(np.asarray(fits.interval().lower)[k], alone.interval().lower, rtol=1e-7)
            assert fits.scale[k] == pytest.approx(alone.scale)
    some = [st.poisson("n ~ x + (1 | g)", part.assign(n=part.g % 3)) for _, part in table.groupby("k")]
    np.testing.assert_allclose(st.fit_many(some[:1]).estimate[0], st.fit(some[0]).estimate)
    with pytest.raises(IncompatibleError, match="of one kind"):
        st.fit_many([some[0], st.linear_mixed("y ~ x + (1 | g)", table)])
    with pytest.raises(IncompatibleError, match="curve"):
        st.fit_many("y ~ s(x) + (1 | g)", table, by="k", model=st.linear_mixed)


def stores():
    g = np.random.default_rng(4)
    frame = pd.DataFrame({"x": g.normal(size=400), "store": g.choice(list("abcd"), 400)})
    frame["y"] = (g.random(400) < 1.0 / (1.0 + np.exp(-frame.x))).astype(int)
    frame.loc[frame.store == "c", "y"] = (frame.x > 0).astype(int)
    frame.loc[frame.store == "d", "x"] = 2.0
    frame.loc[3, "x"] = np.nan
    return frame


@pytest.mark.parametrize("effects", ["(1 | g)", "(x | g)", "(x || g)", "(0 + x | g)"])
@pytest.mark.parametrize("what", ["a group per row", "one group", "fewer rows than columns", "constant in groups"])
def test_mixed_members_are_refused_as_alone(effects, what):
    """Groups, and rows, of which a formula says nothing are refused with the words of a single fit."""
    g = np.random.default_rng(8)
    table = pd.DataFrame({"k": np.repeat([0, 1, 2], 24), "g": np.tile(np.arange(24) // 4, 3), "x": g.normal(size=72)})
    table["y"] = g.normal(size=72) + g.normal(size=6)[table.g]
    table["z"] = g.normal(size=72)
    one = table.index[table.k == 1]
    if what == "a group per row":
        table.loc[one, "g"] = np.arange(24)
    elif what == "one group":
        table.loc[one, "g"] = 0
    elif what == "fewer rows than columns":
        table = table.drop(one[2:])
        table.loc[one[:2], "g"] = [0, 1]
    else:
        table.loc[one, "y"] = 1.0 * table.g[one]
    formula = f"y ~ x + z + {effects}"
    fits = st.fit_many(formula, table, by="k", model=st.linear_mixed)
    try:
        alone = st.fit(st.linear_mixed(formula, table[table.k == 1]))
    except (DomainError, st.IdentificationError) as error:
        words = {fits.reasons[1], error.message}
        assert len(words) == 1 or what == "fewer rows than columns"  # which has several reasons
    else:
        assert (what, effects) == ("constant in groups", "(0 + x | g)")
        assert_same_mixed(fits, 1, alone)
    assert set(fits.reasons) <= {1}


def assert_same_mixed(fits, k, alone):
    np.testing.assert_allclose((fits.estimate[k] - alone.estimate) / alone.se, 0.0, atol=1e-6)
    np.testing.assert_allclose(fits.se[k], alone.se, rtol=1e-6)


@pytest.mark.parametrize(("model", "formula"), [(st.ols, "y ~ x"), (st.linear_mixed, "y ~ x + (1 | g)")])
def test_members_in_units_beyond_float64_are_refused_as_alone(model, formula):
    """Their variances underflow: standard errors were 1e44 times what they are, or Python's own error came."""
    g = np.random.default_rng(0)
    table = pd.DataFrame({"k": np.repeat([0, 1], 24), "g": np.tile(np.arange(24) // 4, 2), "x": g.normal(size=48)})
    table["y"] = g.normal(size=48) * np.where(table.k == 1, 1e-200, 1.0)
    fits = st.fit_many(formula, table, by="k", model=model)
    with pytest.raises(DomainError, match="squares y") as alone:
        st.fit(model(formula, table[table.k == 1]))
    assert fits.reasons == {1: alone.value.message}


def test_regressions_with_groups_are_refused_by_members_as_alone():
    table = pd.DataFrame({"k": np.repeat([0, 1], 20), "g": [*np.arange(20) % 4, *[0] * 20]})
    table["y"] = np.random.default_rng(9).poisson(2.0, 40)
    fits = st.fit_many("y ~ 1 + (1 | g)", table, by="k", model=st.poisson)
    with pytest.raises(DomainError, match="one level only") as alone:
        st.fit(st.poisson("y ~ 1 + (1 | g)", table[table.k == 1]))
    assert fits.reasons == {1: alone.value.message}


def test_what_does_not_go_together_is_refused():
    model = st.ols(OUTCOMES["ols"][0], X)
    with pytest.raises(IncompatibleError, match="outcomes= or weights="):
        st.fit_many(model)
    with pytest.raises(IncompatibleError, match="by="):
        st.fit_many("y ~ x", stores())
    with pytest.raises(DomainError, match="column of the table"):
        st.fit_many("y ~ x", stores(), by="shop")
    with pytest.raises(DomainError, match=r"shape \(m, 60\)"):
        st.fit_many(model, outcomes=np.zeros((3, 4)))
    with pytest.raises(DomainError, match="outcomes 0 or 1"):
        st.fit_many(st.logistic(OUTCOMES["logistic"][0], X), outcomes=np.full((2, N), 2.0))
    with pytest.raises(DomainError, match="not negative"):
        st.fit_many(model, weights=-np.ones((2, N)))
    with pytest.raises(IncompatibleError, match="one kind"):
        st.fit_many([model, st.ols(OUTCOMES["ols"][0], X[:, 0])])
    with pytest.raises(IncompatibleError, match="model= and a table"):
        st.fit_many([model], by="store")


def test_labels_beside_the_table_tell_the_fits_apart():
    data = pd.DataFrame({"y": [1.0, 2.0, 4.0, 2.0, 1.0, 1.5], "x": [0, 1, 2, 0, 1, 2], "shop": list("aaabbb")})
    named = st.fit_many("y ~ x", data, by="shop")
    for by in (data["shop"], data["shop"].tolist(), data["shop"].to_numpy()):
        found = st.fit_many("y ~ x", data, by=by)
        assert found.labels == named.labels
        np.testing.assert_array_equal(found.estimate, named.estimate)
    with pytest.raises(st.DomainError, match="the table and by= have different pandas indexes"):
        st.fit_many("y ~ x", data, by=data["shop"].iloc[::-1])
    with pytest.raises(st.DomainError, match="one label for each of the 6 rows; got 2"):
        st.fit_many("y ~ x", data, by=["a", "b"])


def test_the_spread_of_the_estimates_and_the_reasons_of_those_without():
    table = {"y": [0, 1, 0, 1, 0, 0, 1, 1], "x": [1.0, 2, 3, 1, 1, 2, 3, 4], "g": ["a"] * 4 + ["b"] * 4}
    fits = st.fit_many("y ~ x", table, by="g", model=st.logistic)
    lines = str(fits).split("\n")
    assert lines[0] == "Logistic regression: 2 fits of 2 coefficients, 1 without a maximum"
    assert lines[2].split() == ["median", "lowest", "highest", "median", "se"]
    assert lines[5].split()[:2] == ["x", f"{fits.estimate[0, 1]:.5g}"]
    assert lines[7].startswith("  b: Logistic regression")


def test_no_fit_has_no_table():
    table = {"y": [0, 0, 1, 1], "x": [1.0, 2, 3, 4], "g": ["a"] * 4}
    fits = st.fit_many("y ~ x", table, by="g", model=st.logistic)
    assert not np.isfinite(fits.estimate).any()
    assert "median" not in str(fits)


def test_what_is_no_regression_of_rows_is_named_with_the_way():
    table = {"t": [1.0, 2, 3, 4], "d": [1, 1, 0, 1], "g": list("abab"), "x": [1.0, 3, 2, 2]}
    for model, called in ((st.kaplan_meier, "KaplanMeier"), (st.cox, "Cox regression")):
        with pytest.raises(st.IncompatibleError, match=f'got {called}.*"survival'):
            st.fit_many("survival(t, d) ~ x", table, by="g", model=model)
