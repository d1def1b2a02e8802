"""Clustered covariances of rows in files are those in memory, however groups, files and row groups lie."""

import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as hs

import stattools as st
from stattools.data.files import first_pass, scan
from stattools.inference.covariance import sandwich as groups_in_files

N = 600


def frame():
    rng = np.random.default_rng(8)
    data = pd.DataFrame({"x": rng.normal(size=N), "z": rng.normal(2, 1, N), "w": rng.integers(0, 3, N)})
    data["firm"] = np.sort(rng.choice([f"f{k}" for k in range(30)], N))  # most files lack most firms
    data["year"] = rng.integers(2000, 2008, N)
    data["half"] = rng.integers(0, 9, N) / 2
    own = rng.normal(size=30)[data.firm.str[1:].astype(int)]
    eta = 0.3 + 0.5 * data.x - 0.2 * data.z + 0.5 * own
    data["t"] = eta + rng.normal(size=N)
    data["y"] = (rng.uniform(size=N) < 1 / (1 + np.exp(-eta))).astype(int)
    data["c"] = rng.poisson(np.exp(0.3 * eta))
    data["nb"] = rng.negative_binomial(2, 1 / (1 + 0.5 * np.exp(0.3 * eta)))
    data["s"] = np.where(data.y == 1, "yes", rng.choice(["no", "perhaps"], N))
    data.loc[rng.choice(N, 25, replace=False), "x"] = np.nan
    return data


DATA = frame()
MODELS = [
    (st.ols, "t ~ x + z", {"weights": "w"}),
    (st.logistic, "y ~ x + z", {"weights": "w"}),
    (st.softmax, "s ~ x", {}),
    (st.poisson, "c ~ x + z", {}),
    (st.negative_binomial, "nb ~ x + z", {}),
    (st.probit, "y ~ x", {}),
]
KINDS = [
    st.Cluster("firm"),
    st.Cluster("firm", "year"),
    st.Cluster("year", correction="stata"),
    st.Cluster("half", correction="none"),
    st.Cluster("year", kind="CR2"),
    st.Cluster("half", kind="CR3", correction="jackknife"),
]


def write(folder, data, cuts, group):
    for k, (low, high) in enumerate(pairwise([0, *sorted(cuts), len(data)])):
        table = pa.Table.from_pandas(data.iloc[low:high], preserve_index=False)
        pq.write_table(table, Path(folder) / f"{k:02d}.parquet", row_group_size=group)
    return st.scan(folder)


def fitted(make, formula, options, data, cov):
    solver = {} if make is st.ols else {"solver": st.Newton(tolerance=1e-12)}
    return st.fit(make(formula, data, **options), cov=cov, **solver)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    case=hs.sampled_from(MODELS),
    cov=hs.sampled_from(KINDS),
    cuts=hs.lists(hs.integers(0, N), max_size=4),
    group=hs.integers(20, 700),
    batch=hs.integers(50, 1000),
    held=hs.sampled_from([300, 10_000]),
)
def test_any_partition_gives_the_covariance_in_memory(case, cov, cuts, group, batch, held):
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(scan, "BATCH", batch)
        patch.setattr(first_pass, "HELD", held)
        ours = fitted(*case, write(folder, DATA, cuts, group), cov)
    reference = fitted(*case, DATA, cov)
    assert ours.cov == reference.cov
    np.testing.assert_allclose(ours.t_df, reference.t_df, rtol=1e-8)
    size = np.sqrt(np.outer(*[np.diagonal(reference.covariance)] * 2))
    np.testing.assert_allclose(ours.covariance / size, reference.covariance / size, atol=1e-10)


@pytest.mark.parametrize("kind", ["HC1", "HC3"])
def test_weights_count_in_robust_covariances(kind, tmp_path):
    data = write(tmp_path, DATA, [200], 90)
    a, b = (st.fit(st.logistic("y ~ x", source, weights="w"), cov=kind) for source in (data, DATA))
    np.testing.assert_allclose(a.covariance, b.covariance, rtol=1e-8, atol=1e-14)  # two solvers, each within 1e-8


def test_a_group_in_several_files_of_another_type_is_one(tmp_path):
    a = DATA.assign(firm=pd.Categorical(DATA.firm), year=DATA.year.astype(float))
    for k, part in enumerate((a[:300], DATA[300:])):
        pq.write_table(pa.Table.from_pandas(part, preserve_index=False), tmp_path / f"{k}.parquet")
    cov = st.Cluster("firm", "year")
    ours, reference = (fitted(*MODELS[0], data, cov) for data in (st.scan(tmp_path), DATA))
    np.testing.assert_allclose(ours.covariance, reference.covariance, rtol=1e-10, atol=1e-16)


def test_rows_of_weight_zero_make_no_group(tmp_path):
    data = DATA.assign(firm=np.where(DATA.w == 0, "nobody", DATA.firm))
    ours, reference = (fitted(*MODELS[0], source, KINDS[0]) for source in (write(tmp_path, data, [], 100), data))
    np.testing.assert_allclose(ours.t_df, reference.t_df, rtol=1e-8)
    assert len(ours.degrees.parts) == len(reference.degrees.parts) == 30


@pytest.mark.parametrize(
    "change, cov, words",
    [
        ({"firm": DATA.firm.mask(DATA.index == 411)}, st.Cluster("firm"), r"00.parquet, row group 4: .*; row 11 has"),
        ({"half": DATA.half.mask(DATA.index == 411)}, st.Cluster("half"), r"00.parquet, row group 4: .*; row 11 has"),
        ({"year": 2000}, st.Cluster("firm", "year"), "two groups or more"),
        ({}, st.Cluster("town"), "town"),
        ({}, st.Cluster(DATA.firm), "the name of a column"),
    ],
)
def test_groups_that_do_not_fit_are_refused_by_name(change, cov, words, tmp_path):
    data = write(tmp_path, DATA.assign(x=DATA.x.fillna(0), **change), [], 100)
    with pytest.raises(st.StattoolsError, match=words):
        st.fit(st.ols("t ~ x", data), cov=cov)


def test_more_groups_than_are_held_are_refused_with_the_number(tmp_path, monkeypatch):
    monkeypatch.setattr(groups_in_files, "MOST_GROUPS", 20)
    with pytest.raises(st.DomainError, match=r"holds 2 sums for each group, and takes at most 20"):
        st.fit(st.ols("t ~ x", write(tmp_path, DATA, [], 100)), cov=st.Cluster("firm"))
