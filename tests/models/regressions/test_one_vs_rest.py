"""One-vs-rest: each part is the logistic fit of its category, and probabilities are normalized after the fact."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError
from tests.cases import rng


def data(n: int = 150):
    g = rng(0)
    x = g.normal(size=(n, 2))
    eta = np.column_stack([np.zeros(n), x[:, 0], -x[:, 1]])
    return np.array(["a", "b", "c"])[np.argmax(eta + g.gumbel(size=(n, 3)), axis=1)], x


def test_each_part_is_a_logistic_fit():
    y, X = data()
    fit = st.fit(st.one_vs_rest(y, X, names=["u", "v"]), level=0.9)
    table = fit.table()
    assert table.category.unique().tolist() == ["a", "b", "c"]
    for label in "abc":
        alone = st.fit(st.logistic(y == label, X, names=["u", "v"]), level=0.9).table()
        part = table[table.category == label].drop(columns="category").reset_index(drop=True)
        assert (part.term == alone.term).all()
        assert_allclose(part.drop(columns="term"), alone.drop(columns="term"), rtol=1e-9, atol=1e-12)
    assert len(fit.glance()) == 3


def test_probabilities_are_normalized_after_the_fact():
    y, X = data()
    fit = st.fit(st.one_vs_rest(y, X))
    separate, shares = fit.separate_probabilities(), fit.predict()
    assert np.abs(separate.sum(axis=1) - 1).max() > 1e-3
    assert_allclose(shares.sum(axis=1), 1.0, rtol=1e-14)
    assert_allclose(shares, separate / separate.sum(axis=1).to_numpy()[:, None])
    assert_allclose(fit.predict(X[:5]), shares.head(5))
    assert "normalized only after the fact" in str(fit)
    softmax = st.fit(st.softmax(y, X)).predict()
    assert np.abs(shares - softmax).to_numpy().max() < 0.2  # close to softmax, and not the same
    assert np.abs(shares - softmax).to_numpy().max() > 1e-4


def test_a_separated_category_is_named():
    y, X = data()
    y = np.where(X[:, 0] > 1.0, "far", y)
    y = np.where((X[:, 0] <= 1.0) | (y == "far"), y, "far")
    with pytest.raises(st.SeparationError, match="far against the rest") as caught:
        st.fit(st.one_vs_rest(y, X))
    assert caught.value.separation.infinite["x1"] == np.inf


def test_predictions_say_that_they_are_normalized_after_the_fact(tmp_path):
    y, X = data()
    fit = st.fit(st.one_vs_rest(y, X))
    assert "only after the fact" in fit.predict().attrs["note"]
    classes = fit.predict(X[:20], kind="class")
    assert classes.tolist() == fit.separate_probabilities(X[:20]).idxmax(axis=1).tolist()
    with pytest.raises(st.IncompatibleError, match="got kind='link'"):
        fit.predict(kind="link")  # type: ignore[arg-type]
    assert str(st.load(fit.save(tmp_path / "fit"))) == str(fit)


def test_weights_are_repeated_rows():
    y, X = data()
    weights = rng(1).integers(0, 3, len(y))
    index = np.repeat(np.arange(len(y)), weights)
    a, b = st.fit(st.one_vs_rest(y, X, weights=weights)), st.fit(st.one_vs_rest(y[index], X[index]))
    assert_allclose(a.table()[["estimate", "se"]], b.table()[["estimate", "se"]], rtol=1e-8)


def test_the_rest_of_each_fit_is_the_other_labels(tmp_path):
    """New outcomes, and those of rows in files, are coded by the labels that they have."""
    g = rng(5)
    table = pd.DataFrame({"x": g.normal(size=120), "y": g.choice(["fig", "rest", "plum"], 120)})
    table.to_parquet(tmp_path / "rows.parquet")
    here, there = (st.fit(st.one_vs_rest("y ~ x", rows)) for rows in (table, st.scan(tmp_path)))
    assert st.validate(there).ok
    for label, fit in zip(here.model.labels, here.fits, strict=True):
        own = st.fit(st.logistic("own ~ x", table.assign(own=(table.y == label).astype(int))))
        assert_allclose(st.held_out(fit, data=table).log_score, -own.loglik / 120, rtol=1e-9)
        with pytest.raises(DomainError, match=r"has not seen: 'pear'"):
            st.held_out(fit, data=table.assign(y="pear"))
