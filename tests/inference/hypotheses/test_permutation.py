"""Rank tests against SciPy's."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import stattools as st
from stattools.errors import DomainError, IncompatibleError

G = np.random.default_rng(1)
N = 24
TABLE = pd.DataFrame({"g": np.repeat(["a", "b"], N // 2), "k": list("pqr") * (N // 3), "x": G.normal(size=N)})
TABLE["c"] = TABLE.x + G.normal(size=N)
TABLE["y"] = (2.0 * TABLE.c).round()
TABLE["block"] = np.repeat(np.arange(N // 3), 3)
A, B = (TABLE.c[TABLE.g == label].to_numpy() for label in "ab")


def groups(column, by):
    return [part[column].to_numpy() for _, part in TABLE.groupby(by)]


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_two_groups_are_mann_whitneys(alternative):
    found = st.permutation_test("c ~ g", TABLE, alternative=alternative)
    theirs = stats.mannwhitneyu(B, A, method="exact", alternative=alternative)
    assert found.p_value == pytest.approx(theirs.pvalue, rel=1e-10)
    assert f"U = {theirs.statistic:g}" in found.note
    assert found.distribution == "exact"
    found = st.permutation_test("y ~ g", TABLE, method="asymptotic", alternative=alternative)
    a, b = groups("y", "g")
    theirs = stats.mannwhitneyu(b, a, method="asymptotic", use_continuity=False, alternative=alternative)
    assert found.p_value == pytest.approx(theirs.pvalue, rel=1e-10)


def test_more_groups_are_kruskals_and_blocks_friedmans():
    found, theirs = st.permutation_test("y ~ k", TABLE, method="asymptotic"), stats.kruskal(*groups("y", "k"))
    assert (found.statistic, found.df) == (pytest.approx(theirs.statistic, rel=1e-10), 2)
    assert found.p_value == pytest.approx(theirs.pvalue, rel=1e-10)
    found = st.permutation_test("y ~ k", TABLE, within="block", method="asymptotic")
    theirs = stats.friedmanchisquare(*groups("y", "k"))
    assert found.statistic == pytest.approx(theirs.statistic, rel=1e-10)
    assert found.p_value == pytest.approx(theirs.pvalue, rel=1e-10)


@pytest.mark.parametrize(("zeros", "theirs"), [("drop", "wilcox"), ("pratt", "pratt")])
def test_differences_are_wilcoxons_signed_ranks(zeros, theirs):
    d = TABLE.y.to_numpy()
    assert (d == 0).any()
    found = st.permutation_test("y ~ 1", TABLE, zeros=zeros, method="asymptotic")
    scipys = stats.wilcoxon(d, zero_method=theirs, correction=False, method="asymptotic")
    assert found.p_value == pytest.approx(scipys.pvalue, rel=1e-10)
    assert "differences of 0" in found.note
    whole = stats.wilcoxon(B - A, method="exact").pvalue
    assert st.permutation_test("I(b - a) ~ 1", {"a": A, "b": B}).p_value == pytest.approx(whole, rel=1e-10)


def test_a_number_is_spearmans_correlation():
    found = st.permutation_test("c ~ x", TABLE, method="asymptotic")
    r = stats.spearmanr(TABLE.c, TABLE.x).statistic
    assert found.statistic == pytest.approx(r * np.sqrt(N - 1), rel=1e-10)
    assert f"{r:.5g}" in found.note
    few = TABLE[:5]
    exact = stats.permutation_test(
        (few.c,), lambda c: stats.spearmanr(c, few.x).statistic, permutation_type="pairings", n_resamples=np.inf
    ).pvalue
    assert st.permutation_test("c ~ x", few).p_value == pytest.approx(exact, rel=1e-10)


def every_order(x, y):
    """The two-sided p-value of Spearman's correlation over all orders."""
    from itertools import permutations

    a, b = (stats.rankdata(column) - np.mean(stats.rankdata(column)) for column in (x, y))
    sums = np.abs(a[np.array(list(permutations(range(len(a)))))] @ b)
    return np.mean(sums >= abs(a @ b) - 1e-9)


@pytest.mark.parametrize("ties", [False, True])
def test_spearmans_is_exact_where_orders_can_be_added_up(ties):
    few = TABLE.assign(x=TABLE.x.round() if ties else TABLE.x)[:9]
    found = st.permutation_test("y ~ x", few)
    assert found.distribution == "exact"
    assert found.p_value == pytest.approx(every_order(few.x, few.y), rel=1e-10)
    assert st.permutation_test("c ~ x", TABLE[:14]).distribution == "exact"
    assert st.permutation_test("c ~ x", TABLE.assign(x=TABLE.x > 0)).distribution == "exact"


@pytest.mark.parametrize(("n", "strength", "seed"), [(18, 0.45, 2), (24, 0.3, 3), (30, 0.3, 3), (60, 0.3, 1)])
def test_spearmans_is_near_where_there_are_too_many_orders(n, strength, seed):
    """Where p is 0.001 to 0.003 the normal distribution is off by 1.3 to 3 times."""
    g = np.random.default_rng(seed)
    x = np.round(4.0 * g.normal(size=n))
    table = {"x": x, "y": np.round(strength * x + 2.4 * g.normal(size=n))}
    found = st.permutation_test("y ~ x", table)
    drawn = st.permutation_test("y ~ x", table, method="draws", seed=1, draws=400_000)
    assert found.distribution == "beta"
    assert "within 20 % of the exact p-value down to 0.001" in found.note
    assert found.p_value == pytest.approx(drawn.p_value, rel=0.15)  # Monte Carlo 0.04 at p = 0.002
    assert st.permutation_test("y ~ x", table, method="asymptotic").p_value > 1.2 * drawn.p_value


@pytest.mark.parametrize("scores", ["normal", "values"])
@pytest.mark.parametrize("within", [None, "block"])
def test_scores_that_are_not_whole_are_listed_by_the_groups_that_have_them(scores, within):
    """Of 9 rows in two groups there are 126 arrangements; the beta distribution said 0.05 for 0.16."""
    g = np.random.default_rng(2)
    table = pd.DataFrame({"y": g.normal(size=12), "g": ["a", "b", "a"] * 4, "block": np.arange(12) // 6})
    found = st.permutation_test("y ~ g", table, scores=scores, within=within)
    assert found.distribution == "exact"
    assert ("495" if within is None else "225") in found.note  # 12 over 4, 6 over 2 squared
    drawn = st.permutation_test("y ~ g", table, scores=scores, within=within, method="draws", seed=1, draws=100_000)
    assert found.p_value == pytest.approx(drawn.p_value, abs=0.008)  # Monte Carlo 0.0016
    if scores == "values" and within is None:
        a, b = (table.y[table.g == label] for label in "ab")
        theirs = stats.permutation_test((a, b), lambda p, q: q.mean() - p.mean(), n_resamples=np.inf)
        one_sided = st.permutation_test("y ~ g", table, scores=scores, alternative="greater")
        assert one_sided.p_value == pytest.approx((theirs.null_distribution >= theirs.statistic - 1e-9).mean())


def test_groups_and_blocks_are_exact_where_their_sums_can_be_told_apart():
    for within in (None, "block"):
        few = TABLE[:15] if within is None else TABLE
        found, drawn = (
            st.permutation_test("y ~ k", few, within=within, method=method, seed=1, draws=100_000)
            for method in ("auto", "draws")
        )
        assert found.distribution == "exact"
        assert found.p_value == pytest.approx(drawn.p_value, abs=0.008)  # Monte Carlo 0.0016


def test_what_is_far_is_said_to_be():
    longer = pd.concat([TABLE, TABLE.assign(c=TABLE.c + 0.1)], ignore_index=True)
    assert "too large with few rows" in st.permutation_test("c ~ k", longer).note
    assert "tails may be far off" in st.permutation_test("c ~ x", TABLE, scores="values").note
    assert st.permutation_test("c ~ x", TABLE, method="asymptotic").distribution == "normal"


def test_differences_of_one_are_mcnemars():
    pairs = {"d": [1] * 12 + [-1] * 4 + [0] * 20}
    found = st.permutation_test("d ~ 1", pairs)
    assert found.statistic**2 == pytest.approx((12 - 4) ** 2 / 16)
    assert found.p_value == pytest.approx(stats.binomtest(12, 16).pvalue, rel=1e-10)


def test_the_seed_decides_the_draws():
    one, same, exact = (
        st.permutation_test("c ~ g", TABLE, method=method, seed=seed, draws=2000)
        for method, seed in (("draws", 1), ("draws", 1), ("exact", None))
    )
    assert one.p_value == same.p_value
    assert one.p_value == pytest.approx(exact.p_value, abs=0.04)  # Monte Carlo 0.01
    assert "2,000 random arrangements" in one.note


def test_values_are_those_of_fisher_and_pitman():
    few = TABLE[TABLE.index % 3 == 0]
    a, b = (few.c[few.g == label].to_numpy() for label in "ab")
    exact = stats.permutation_test((b, a), lambda p, q: p.mean() - q.mean(), n_resamples=np.inf).pvalue
    assert st.permutation_test("c ~ g", few, scores="values").p_value == pytest.approx(exact, rel=1e-8)
    assert st.permutation_test("c ~ g", TABLE, scores="normal").p_value < 1.0


def test_units_and_round_off_change_nothing():
    """Hours of sleep (Student 1908): 0.1 + 1.2 is not 1.1 + 0.2 in float64, and thirteen tenths are thirteen."""
    d = np.array([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])
    first = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
    found = [st.permutation_test("I(b - a) ~ 1", {"a": first, "b": first + d}), st.permutation_test("d ~ 1", {"d": d})]
    found.append(st.permutation_test("d ~ 1", {"d": np.round(10.0 * d)}))
    assert found[0].p_value == found[1].p_value == found[2].p_value
    assert found[0].statistic == found[1].statistic == found[2].statistic
    assert "(1 difference of 0)" in found[0].note


def test_what_it_cannot_do_is_told():
    with pytest.raises(DomainError, match="one column on the right side"):
        st.permutation_test("c ~ g + x", TABLE)
    with pytest.raises(DomainError, match="nothing moves"):
        st.permutation_test("c ~ g", {"c": [1.0, 1.0, 1.0], "g": list("aab")})
    with pytest.raises(DomainError, match="not all 0"):
        st.permutation_test("d ~ 1", {"d": [0.0, 0.0]})
    with pytest.raises(DomainError, match="within=, a column"):
        st.permutation_test("c ~ g", TABLE, within="nobody")
    with pytest.raises(DomainError, match="needs seed="):
        st.permutation_test("c ~ g", TABLE, method="draws")
    with pytest.raises(DomainError, match="scores="):
        st.permutation_test("c ~ g", TABLE, scores="sums")
    with pytest.raises(IncompatibleError, match="no two sides"):
        st.permutation_test("c ~ k", TABLE, alternative="less")
    with pytest.raises(IncompatibleError, match="too many to list"):
        st.permutation_test("c ~ x", TABLE, method="exact")
    with pytest.raises(IncompatibleError, match="blocks already"):
        st.permutation_test("c ~ 1", TABLE, within="block")
