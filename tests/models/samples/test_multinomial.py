"""Counts of categories: scipy, the binomial as two categories, the ways that counts come."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

import stattools as st

COUNTS = {"red": 3, "green": 5, "blue": 2}


def test_loglik_equals_scipy():
    p = [0.2, 0.5, 0.3]
    assert_allclose(st.multinomial(COUNTS).loglik(p), stats.multinomial.logpmf([3, 5, 2], 10, p), rtol=1e-13)
    labels = st.categories(["red"] * 3 + ["green"] * 5 + ["blue"] * 2, names=["red", "green", "blue"])
    assert_allclose(labels.loglik(p), 3 * np.log(0.2) + 5 * np.log(0.5) + 2 * np.log(0.3), rtol=1e-14)
    assert st.multinomial([3, 0]).loglik([0.0, 1.0]) == -np.inf
    assert_allclose(st.multinomial([3, 0]).loglik([1.0, 0.0]), 0.0, atol=1e-15)
    model, d = st.multinomial(COUNTS), np.array([1e-6, -2e-6, 1e-6])
    slope = (model.loglik(p + d) - model.loglik(p - d)) / 2
    assert_allclose(model.evaluate(p).score @ d, slope, rtol=1e-6)
    bend = model.evaluate(p + d).score - model.evaluate(p - d).score
    assert_allclose(-model.evaluate(p).information @ d, bend / 2, rtol=1e-6)


def test_fit():
    fit = st.fit(st.multinomial(COUNTS))
    assert_allclose(fit.estimate, [0.3, 0.5, 0.2], rtol=1e-15)
    for k, count in enumerate(COUNTS.values()):
        two = st.fit(st.binomial(count, 10))
        assert_allclose(fit.se[k], two.se[0], rtol=1e-14)
        for kind in ("wald", "wilson", "score", "clopper-pearson", "likelihood-ratio"):
            assert_allclose(
                np.asarray(fit.interval(0.9, kind=kind))[k], np.asarray(two.interval(0.9, kind=kind)).ravel()
            )
    table = fit.table()
    assert table["term"].tolist() == list(COUNTS)
    z = (3 - 10 / 3) / np.sqrt(10 * 2 / 9)
    assert_allclose([table["statistic"][0], table["p_value"][0]], [z, 2 * stats.norm.sf(abs(z))], rtol=1e-12)
    assert_allclose(fit.covariance.sum(axis=0), 0.0, atol=1e-16)
    assert "red" in str(fit)
    expected = stats.multinomial.logpmf([3, 5, 2], 10, [0.3, 0.5, 0.2])
    assert_allclose(fit.loglik, expected, rtol=1e-13)
    two = st.fit(st.multinomial([6, 4]))
    assert_allclose([two.aic, two.bic], [st.fit(st.binomial(6, 10)).aic, st.fit(st.binomial(6, 10)).bic], rtol=1e-12)


def test_ways_that_counts_come():
    series = pd.Series(["a", "b", "a", "c", "a"])
    counted = st.multinomial(series.value_counts())
    assert dict(zip(counted.labels, counted.counts.tolist(), strict=True)) == {"a": 3, "b": 1, "c": 1}
    for labels in (
        series,
        series.tolist(),
        series.to_numpy(),
        series.astype("category"),
        pl.Series(["a", "b", "a", "c", "a"]),
    ):
        model = st.categories(labels)
        assert model.labels == ("a", "b", "c")
        assert_array_equal(model.counts, [3, 1, 1])
    assert st.categories([2, 1, 2]).labels == (1, 2)
    assert st.categories([True, False, True]).n == 3
    assert st.multinomial([1, 2]).labels == (0, 1)
    assert st.multinomial([1.0, 2.0], names=["x", "y"]).names == ("x", "y")


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ([1, -1], "whole numbers"),
        ([1, 0.5], "whole numbers"),
        ([1, np.nan], "finite"),
        ([], "empty"),
        ([0, 0], "above 0"),
        ([3], "two or more"),
        ([[1, 2], [3, 4]], "one column"),
        (["a", "b"], "numbers"),
        ("red", "one column"),
    ],
)
def test_bad_counts(bad, message):
    with pytest.raises(st.DomainError, match=message):
        st.multinomial(bad)


def test_bad_labels_names_and_probabilities():
    with pytest.raises(st.DomainError, match="position 1"):
        st.categories(["a", None, "b"])
    with pytest.raises(st.DomainError, match="needs labels"):
        st.categories([])
    with pytest.raises(st.DomainError, match="not among"):
        st.categories(["a", "z"], names=["a", "b"])
    with pytest.raises(st.DomainError, match="two or more"):
        st.categories(["a", "a"])
    for names in (["a"], ["a", "a"]):
        with pytest.raises(st.DomainError, match="different names"):
            st.multinomial([1, 2], names=names)
    for p in ([0.5, 0.6, 0.1], [0.5, 0.5], [1.5, -0.3, -0.2], [np.nan, 0.5, 0.5], "p"):
        with pytest.raises(st.DomainError, match="theta needs"):
            st.multinomial(COUNTS).loglik(p)
