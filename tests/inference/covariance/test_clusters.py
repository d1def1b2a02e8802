"""Clusters whose kind was left open: CR2 below 50 of them where it is defined, else CR1, and what the page says."""

from importlib import import_module

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.testing import assert_allclose

import stattools as st
from tests.inference.covariance.test_estimate import draw

GROUPS = np.repeat(np.arange(10), [50, 40, 30, 26, 24, 20, 18, 14, 10, 8])
REGRESSIONS = ("ols", "logistic", "poisson", "softmax", "negative_binomial")


def words(fit):
    return " ".join(str(fit).split())


@pytest.mark.parametrize("regression", REGRESSIONS)
def test_few_clusters_are_cr2(regression):
    model = draw(regression)
    usual, asked, plain = (
        st.fit(model, cov=st.Cluster(GROUPS, **kind)) for kind in ({}, {"kind": "CR2"}, {"kind": "CR1"})
    )
    assert_allclose(usual.covariance, asked.covariance, rtol=1e-13)
    assert_allclose(usual.t_df, asked.t_df, rtol=1e-13)
    assert usual.cov == asked.cov == "Cluster(10 groups, CR2)"
    assert plain.cov == "Cluster(10 groups)"
    assert "10 clusters, CR2: corrected for few clusters, df of each coefficient." in words(usual)
    assert "10 clusters, CR1: too small with few clusters." in words(plain)
    assert "Fewer than 10 clusters" not in words(usual)


@pytest.mark.parametrize("regression", REGRESSIONS)
def test_many_clusters_are_cr1(regression):
    model, many = draw(regression), np.arange(240) % 50
    usual = st.fit(model, cov=st.Cluster(many))
    assert_allclose(usual.covariance, st.fit(model, cov=st.Cluster(many, kind="CR1")).covariance, rtol=1e-13)
    assert (usual.degrees, usual.cov) == (None, "Cluster(50 groups)")
    assert "CR1" not in words(usual)
    assert st.fit(model, cov=st.Cluster(np.arange(240) % 49)).degrees is not None


@pytest.mark.parametrize("correction", ["none", "stata", "statsmodels"])
def test_a_correction_that_is_given_is_kept(correction):
    fit = st.fit(draw("ols"), cov=st.Cluster(GROUPS, correction=correction))
    assert (fit.degrees, fit.t_df) == (None, 9.0)
    assert "10 clusters, CR1" in words(fit)


def test_two_ways_cox_and_functions_have_cr1_and_say_so():
    model, random = draw("ols"), np.random.default_rng(2)
    two = st.fit(model, cov=st.Cluster(GROUPS, np.arange(240) % 4))
    assert (two.cov, two.t_df) == ("Cluster(10 groups, 4 groups)", 3.0)
    assert "4 clusters, CR1: too small with few clusters. CR2 is for one-way clusters of regressions only." in words(
        two
    )
    assert "Fewer than 10 clusters: no standard error is reliable; see also fit.wild_bootstrap." in words(two)
    table = {"t": random.exponential(size=240), "d": np.ones(240), "x": random.normal(size=240), "g": GROUPS}
    cox = st.fit(st.cox("survival(t, d) ~ x", table), cov=st.Cluster("g"))
    assert cox.cov == "Cluster(g, 10 groups)"
    assert "10 clusters, CR1" in words(cox)
    y = random.normal(size=240)
    own = st.custom(lambda m: -0.5 * (y - m) ** 2, start={"m": 0.0})
    assert "10 clusters, CR1" in words(st.fit(own, cov=st.Cluster(GROUPS)))


def test_beyond_what_is_done_at_once_it_is_cr1(monkeypatch):
    model = draw("ols")
    monkeypatch.setattr(import_module("stattools.inference.covariance.covariance"), "AT_ONCE", 50 * 4**3 - 1)
    assert st.fit(model, cov=st.Cluster(GROUPS)).cov == "Cluster(10 groups)"
    assert st.fit(model, cov=st.Cluster(GROUPS, kind="CR2")).degrees is not None


def test_a_combination_of_which_single_groups_say_all_leaves_cr1():
    """Each group determines its own mean alone: CR2 says nothing of them, and has no degrees of freedom."""
    data = {"y": np.random.default_rng(1).normal(size=12), "g": list("aaabbbcccddd")}
    model = st.ols("y ~ 0 + C(g)", data)
    with pytest.raises(st.IdentificationError):
        st.fit(model, cov=st.Cluster("g", kind="CR2"))
    assert "4 clusters, CR1" in words(st.fit(model, cov=st.Cluster("g")))


@pytest.mark.parametrize("count", [10, 60])
def test_rows_in_files_have_what_those_in_memory_have(count, tmp_path):
    random = np.random.default_rng(4)
    data = pd.DataFrame({"x": random.normal(size=600), "g": random.integers(0, count, 600)})
    data["y"] = data.x + random.normal(size=600) + random.normal(size=count)[data.g]
    for k in range(3):
        part = pa.Table.from_pandas(data[200 * k : 200 * k + 200], preserve_index=False)
        pq.write_table(part, tmp_path / f"{k}.parquet", row_group_size=50)
    here, there = (st.fit(st.ols("y ~ x", of), cov=st.Cluster("g")) for of in (data, st.scan(tmp_path)))
    assert here.cov == there.cov == ("Cluster(g, CR2)" if count < 50 else "Cluster(g)")
    assert_allclose(there.covariance, here.covariance, rtol=1e-9)
    assert_allclose(there.t_df, here.t_df, rtol=1e-9)


def test_the_page_of_a_saved_fit_says_the_same(tmp_path):
    table = {"y": np.random.default_rng(0).normal(size=240), "x": np.arange(240.0), "g": GROUPS % 6, "h": GROUPS}
    for cov in (st.Cluster("g"), st.Cluster("g", kind="CR1"), st.Cluster("g", "h")):
        fit = st.fit(st.ols("y ~ x", table), cov=cov)
        fit.save(tmp_path / "fit")
        assert "Fewer than 10 clusters" in str(fit)
        assert str(st.load(tmp_path / "fit")) == str(fit)


def test_the_bootstrap_of_cr2_is_that_of_cr1():
    model = draw("logistic")
    one, other = (
        st.fit(model, cov=st.Cluster(GROUPS, kind=kind)).wild_bootstrap("x1", seed=1) for kind in ("CR1", None)
    )
    assert (one.p_value, one.statistic) == (other.p_value, other.statistic)
    assert "se: Cluster(10 groups)." in str(other)


def test_the_correction_of_another_kind_is_told_where_it_goes():
    with pytest.raises(st.DomainError, match=r"correction='jackknife' of Cluster goes with kind=\"CR3\"; CR1 has"):
        st.Cluster("g", correction="jackknife")
