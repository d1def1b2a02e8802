"""Dask DataFrames give the numbers of the same rows in memory, however they are cut into partitions; sums travel, rows
do not.
"""

import os
import pickle
import signal
import sys
from functools import partial
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import cloudpickle
import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from distributed import Client, LocalCluster
from hypothesis import given, settings
from hypothesis import strategies as hs

import stattools as st
from stattools.data.files import dask_table as cluster
from stattools.data.files import first_pass
from tests.sizes import first

N = 700
ROW = np.arange(N)
TIGHT = st.Newton(tolerance=1e-12)


@pytest.fixture(autouse=True)
def one_thread():
    with dask.config.set({"scheduler": "synchronous", "dataframe.convert-string": False}):
        yield


def frame():
    rng = np.random.default_rng(3)
    data = pd.DataFrame({"x": rng.normal(size=N), "z": rng.normal(3, 2, size=N), "k": rng.integers(0, 3, N)})
    data["g"] = np.sort(rng.choice(list("dcba"), N, p=[0.4, 0.3, 0.2, 0.1]))[::-1]  # partitions lack levels
    data["w"], data["e"] = rng.integers(0, 3, N), rng.uniform(0.5, 2.0, N)
    eta = 0.3 + 0.5 * data.x - 0.3 * (data.z - 3) + 0.6 * (data.g == "b")
    data["y"] = (rng.uniform(size=N) < 1 / (1 + np.exp(-eta))).astype(int)
    data["t"] = eta + rng.normal(size=N)
    data["c"] = rng.poisson(np.exp(0.3 * eta) * data.e)
    data["nb"] = rng.negative_binomial(2, 1 / (1 + 0.5 * np.exp(0.3 * eta)))
    data["s"] = np.where(data.y == 1, "yes", "no")
    data["b"] = data.z > 3
    data.loc[rng.choice(N, 20, replace=False), "x"] = np.nan
    data.loc[rng.choice(N, 15, replace=False), "g"] = None
    return data


DATA = frame()
MODELS = [
    (st.logistic, "y ~ center(x) * g + scale(z)", {"weights": "w"}),
    (st.logistic, "s ~ x + b", {}),
    (st.probit, "I(c > 1) ~ x + z", {}),
    (st.ols, "t ~ x + I(z ** 2) + C(k, contr.sum)", {"weights": "w"}),
    (st.ols, "t ~ 0 + x + z", {"offset": "e"}),
    (st.poisson, "c ~ x + g", {"exposure": "e"}),
    (st.negative_binomial, "nb ~ x + z", {}),
    (st.softmax, "g ~ x + z", {"reference": "b"}),
]
DRESSES = {
    "object": lambda data: data.astype({"g": object, "s": object}),
    "categories": lambda data: data.astype({"g": "category", "s": "category", "b": "boolean"}),
    "nullable": lambda data: data.convert_dtypes(),
    "arrow": lambda data: data.convert_dtypes(dtype_backend="pyarrow"),
}


def part(pieces, k):
    return pieces[k]


def cut(data, cuts=(200, 450)):
    """A Dask frame whose partitions end at the cuts; some may be empty."""
    pieces = [data.iloc[low:high] for low, high in pairwise([0, *sorted(cuts), len(data)])]
    return dd.from_map(partial(part, pieces), range(len(pieces)), meta=data.iloc[:0])


def fitted(make, formula, options, data, **how):
    model = make(formula, data, **options)
    return st.fit(model, **how) if model.has_scale else st.fit(model, solver=TIGHT, **how)


def same(a, b, rtol=1e-10):
    assert a.names == b.names
    assert (a.n, a.model.n_dropped, a.model.dropped) == (b.n, b.model.n_dropped, b.model.dropped)
    assert np.abs(a.estimate - b.estimate).max() <= rtol * np.maximum(np.abs(b.estimate), b.se).max()
    np.testing.assert_allclose(a.se, b.se, rtol=rtol)
    np.testing.assert_allclose(a.loglik, b.loglik, rtol=rtol)


@pytest.mark.slow
@settings(max_examples=16, deadline=None, derandomize=True)
@given(
    case=hs.sampled_from(MODELS),
    cuts=hs.lists(hs.integers(0, N), max_size=12),
    dress=hs.sampled_from(sorted(DRESSES)),
    held=hs.sampled_from([300, 500, 10_000]),
    kind=hs.sampled_from(["information", "HC0", "HC3"]),
)
def test_any_partition_gives_the_fit_in_memory(case, cuts, dress, held, kind):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(first_pass, "HELD", held)
        a = fitted(*case, cut(DRESSES[dress](DATA), cuts), cov=kind)
        same(a, fitted(*case, DATA, cov=kind))


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # pandas 3.1 in Dask's reader
def test_memory_file_and_dask_are_the_same(tmp_path):
    pq.write_table(pa.Table.from_pandas(DATA, preserve_index=False), tmp_path / "a.parquet", row_group_size=90)
    case = MODELS[0]
    memory, file = fitted(*case, DATA), fitted(*case, st.scan(tmp_path))
    for frame in (dd.read_parquet(tmp_path / "a.parquet", split_row_groups=True), dd.from_pandas(DATA, npartitions=9)):
        found = fitted(*case, frame)
        same(found, memory)
        same(found, file)


@pytest.mark.parametrize(
    "kind", ["HC1", "HC2", "robust", st.HAC(4), st.HAC(30, kernel="uniform"), st.Cluster("k"), st.Cluster("k", "g")]
)
def test_covariances_are_those_in_memory(kind):
    data = DATA.dropna(ignore_index=True)
    a, b = (st.fit(st.ols("t ~ x + z", table), cov=kind) for table in (cut(data, [0, 3, 20, 21, 300, 600]), data))
    np.testing.assert_allclose(a.covariance, b.covariance, rtol=1e-9, atol=1e-14)


def test_categories_may_differ_between_partitions():
    early, late = DATA[:350], DATA[350:]
    pieces = [early.assign(g=pd.Categorical(early.g)), late.assign(g=pd.Categorical(late.g))]
    ddf = dd.from_map(partial(part, pieces), range(2), meta=pieces[0].iloc[:0].assign(g=pd.Categorical([])))
    assert st.fit(st.ols("t ~ g", ddf)).names == ("Intercept", "g[T.d]", "g[T.a]", "g[T.b]")
    known = DATA.assign(g=pd.Categorical(DATA.g, categories=["c", "z", "a", "d", "b"]))
    same(st.fit(st.ols("t ~ g", cut(known))), st.fit(st.ols("t ~ g", known)))
    numbers = DATA.assign(k=pd.Categorical(DATA.k, categories=[2, 0, 1]))
    same(st.fit(st.ols("t ~ k", cut(numbers))), st.fit(st.ols("t ~ k", numbers)))


def test_a_level_of_the_last_partition_only_is_a_column():
    data = DATA.assign(h=np.where(ROW < 650, "early", "late"))
    same(st.fit(st.ols("t ~ h", cut(data, [650]))), st.fit(st.ols("t ~ h", data)))


def test_a_partition_without_a_value_has_the_type_of_the_others():
    data = DATA.assign(g=DATA.g.where(ROW > 200))
    pieces = [data[:200].assign(g=np.nan), data[200:]]
    ddf = dd.from_map(partial(part, pieces), range(2), meta=data.iloc[:0])
    same(st.fit(st.ols("t ~ g", ddf)), st.fit(st.ols("t ~ g", data)))


@pytest.mark.slow
def test_the_tree_and_not_the_order_of_completion_decides_every_digit():
    ddf = cut(DATA, range(20, 700, 20))
    one = st.fit(st.logistic("y ~ x + g", ddf), cov="HC0")
    with dask.config.set(scheduler="threads", num_workers=7):
        other = st.fit(st.logistic("y ~ x + g", ddf), cov="HC0")
    assert (one.estimate == other.estimate).all()
    assert (one.covariance == other.covariance).all()


class Travel:
    """The largest object that comes back, as bytes."""

    def __init__(self, monkeypatch):
        self.largest = self.sent = 0
        whole = cluster.DaskTable.total

        def total(table, columns, work, rows):
            found = whole(table, columns, work, rows)
            self.largest = max(self.largest, len(pickle.dumps(found)))
            self.sent = max(self.sent, len(cloudpickle.dumps(work)))
            return found

        monkeypatch.setattr(cluster.DaskTable, "total", total)


@pytest.mark.parametrize(
    "made",
    first(
        2,
        [
            (st.logistic, "y ~ x + g", {"cov": "HC3"}),
            (st.ols, "t ~ x + I(1e6 + z)", {"solver": st.LeastSquares(accuracy="exact")}),
            (st.softmax, "g ~ x", {"cov": st.Cluster("k")}),
            (st.ols, "t ~ x + g", {"cov": st.HAC(2)}),
            (st.poisson, "c ~ x + g", {"penalty": st.Ridge(2.0)}),
            (st.negative_binomial, "nb ~ x", {"cov": "HC2"}),
        ],
    ),
)
def test_nothing_as_long_as_the_rows_travels(monkeypatch, made):
    make, formula, how = made
    monkeypatch.setattr(first_pass, "HELD", 100)
    monkeypatch.setattr(cluster, "FEWEST", 1)
    data = pd.concat([DATA.dropna()] * 40, ignore_index=True)
    assert data[["y", "x", "g"]].memory_usage(deep=True).sum() > 400_000
    travel = Travel(monkeypatch)
    ddf = cut(data, range(1000, len(data), 1000))
    for name in ("compute", "persist"):
        monkeypatch.setattr(type(ddf), name, None)
    model = make(formula, ddf)
    assert travel.largest < 40_000  # the sample, 100 rows
    travel.largest = travel.sent = 0
    fit = st.fit(model, **how)
    assert travel.largest < 12_000  # an exact Gram matrix has 2 (4 p)^2 numbers
    assert travel.sent < 10_000
    np.testing.assert_allclose(fit.estimate, st.fit(make(formula, data), **how).estimate, rtol=1e-7)


def broken(frame, partition_info=None):
    if partition_info and partition_info["number"] == 1:
        raise OSError("the disk is gone")
    return frame


def too_large(frame):
    raise MemoryError("no memory for it")


def test_a_lack_of_memory_comes_through_as_what_it_is(monkeypatch):
    """It is no matter of a partition, so that none is looked for and blamed."""
    ddf = dd.from_pandas(DATA, npartitions=3)
    monkeypatch.setattr("stattools.data.files.dask_table._of_partition", lambda *given: too_large(given))
    with pytest.raises(MemoryError, match="no memory for it"):
        st.fit(st.ols("t ~ x", ddf))


def test_a_lack_of_memory_blames_no_partition_while_the_guilty_one_is_looked_for():
    """Where memory ends only in the second look at the partitions, that one was named as broken."""
    looks = iter([None])

    def failing(frame):
        if next(looks, "again") is None:
            raise ValueError("a worker was lost")
        raise MemoryError("no memory for it")

    ddf = dd.from_pandas(DATA, npartitions=1).map_partitions(failing, meta=DATA.iloc[:0])
    with dask.config.set(scheduler="synchronous"), pytest.raises(MemoryError, match="no memory for it"):
        st.fit(st.ols("t ~ x", ddf))


@pytest.mark.parametrize(
    "formula, change, error, words",
    [
        ("t ~ x", {"x": lambda v: v.mask(ROW == 470, np.inf)}, st.DomainError, "partition 2: column 'x'.*row 20 "),
        ("t ~ log(e)", {"e": lambda v: v.mask(ROW == 201, -1.0)}, st.DomainError, r"partition 1: .*log\(e\).*row 1 "),
        ("y ~ x", {"y": lambda v: v.mask(ROW > 600, 2)}, st.DomainError, "two classes"),
        ("t ~ x", {"x": lambda v: np.nan * v}, st.DomainError, "no row is complete: of 700 rows.*'x' in 700"),
        ("t ~ q", {}, st.DomainError, "'q'"),
        ("t ~ x + z", {"z": lambda v: 2.0}, st.IdentificationError, "z = 2 Intercept"),
        ("y ~ z", {"y": lambda v: (DATA.z > 3).astype(int)}, st.SeparationError, "z separate"),
        ("t ~ w", {"w": lambda v: pd.date_range("2000", periods=N)}, st.DomainError, "column 'w' holds time"),
    ],
)  # fmt: skip
def test_bad_values_are_named_with_their_partition(formula, change, error, words):
    data = DATA.assign(**{name: made(DATA[name]) for name, made in change.items()})
    with pytest.raises(error, match=words):
        st.fit((st.logistic if formula.startswith("y") else st.ols)(formula, cut(data)))


def test_a_partition_that_cannot_be_computed_is_named():
    ddf = cut(DATA).map_partitions(broken, meta=DATA.iloc[:0])
    with pytest.raises(st.DomainError, match=r"partition 1 of the 3 .*OSError: the disk is gone"):
        st.ols("t ~ x", ddf)


@pytest.mark.parametrize(
    "late, words",
    [
        (lambda v: v.astype(str), "partition 1: column 'x' holds text here, and the meta .* says numbers"),
        (lambda v: v.astype(object).mask(ROW[350:] > 500, "a"), "partition 1: column 'x' mixes text"),
    ],
)
def test_a_type_that_drifts_is_named_with_its_partition(late, words):
    pieces = [DATA[:350], DATA[350:].assign(x=late(DATA.x[350:]))]
    ddf = dd.from_map(partial(part, pieces), range(2), meta=DATA.iloc[:0])
    with pytest.raises(st.DomainError, match=words):
        st.ols("t ~ x", ddf)


def test_objects_that_drift_are_named_with_both_partitions():
    pieces = [DATA[:350].astype({"x": object}), DATA[350:].assign(x="a")]
    ddf = dd.from_map(partial(part, pieces), range(2), meta=DATA.iloc[:0].astype({"x": object}))
    with pytest.raises(st.DomainError, match="'x' is numbers in partition 0 and text in partition 1"):
        st.ols("t ~ x", ddf)


def test_a_frame_that_changes_between_passes_is_noticed():
    rng = np.random.default_rng(0)
    ddf = cut(DATA).map_partitions(lambda piece: piece[rng.uniform(size=len(piece)) < 0.9], meta=DATA.iloc[:0])
    with pytest.raises(st.DomainError, match="has changed since"):
        st.fit(st.ols("t ~ z", ddf))


def test_what_is_no_table_of_a_formula_is_refused():
    ddf = cut(DATA)
    for make, words in (
        (lambda: st.ols("t ~ x", ddf.x), "a Dask Series"),
        (lambda: st.ols("t ~ x", ddf[["x"]].values), "a Dask Array"),
        (lambda: st.ols(ddf.t, DATA.x), "a Dask Series"),
        (lambda: st.ols(DATA.t, ddf[["x"]]), "table of a formula"),
        (lambda: st.ols("t ~ x", ddf[ddf.x > 1e9]), "has no rows"),
        (lambda: st.ols("t ~ x", ddf, weights=DATA.w), "name of a column"),
        (lambda: st.ols("t ~ x", ddf, precision="e"), "precision="),
        (lambda: st.ols("t ~ poly(x, 2)", ddf), "learned from all rows"),
        (lambda: st.fit(st.ols("t ~ x", DATA)).predict(ddf), "predict_to"),
        (lambda: st.fit(st.ols("t ~ x", ddf)).residuals(), "Dask DataFrame"),
    ):
        with pytest.raises(st.StattoolsError, match=words):
            make()


def test_a_saved_fit_is_the_same(tmp_path):
    fit = st.fit(st.ols("t ~ x + g", cut(DATA), weights="w"))
    assert str(st.load(fit.save(tmp_path / "fit.stattools"))) == str(fit)


def dies_once(piece, folder, pieces):
    """Kills its own worker in the second pass over the partitions, once."""
    Path(folder, uuid4().hex).touch()
    if len(os.listdir(folder)) > pieces + 2:
        try:
            os.close(os.open(Path(folder, "killed"), os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return piece
        os.kill(os.getpid(), signal.SIGKILL)
    return piece


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills a process as POSIX does")
def test_two_workers_give_the_fit_in_memory_and_one_may_be_killed(tmp_path, monkeypatch):
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    own = cluster.DaskTable.total
    spare = dask.config.set({"scheduler": None, "distributed.comm.retry.count": 3})
    workers = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1")
    with spare, workers, Client(workers) as client:
        sent = []

        def gathered(*args, **options):
            sent.append(own(*args, **options))
            return sent[-1]

        monkeypatch.setattr(cluster.DaskTable, "total", gathered)
        ddf = cut(DATA, range(50, N, 50))
        case = (st.logistic, "y ~ x + g", {"weights": "w"})
        kept = ddf.persist()
        one = fitted(*case, kept, cov="HC3")
        same(one, fitted(*case, DATA, cov="HC3"))
        assert max(len(pickle.dumps(found)) for found in sent[1:]) < 2_000
        (tmp_path / "calls").mkdir()
        frail = ddf.map_partitions(dies_once, str(tmp_path / "calls"), 14, meta=DATA.iloc[:0])
        pids = set(client.run(os.getpid).values())
        other = fitted(*case, frail, cov="HC3")
        assert (tmp_path / "calls" / "killed").exists()
        assert set(client.run(os.getpid).values()) != pids
        for a, b in ((one.estimate, other.estimate), (one.covariance, other.covariance), (one.loglik, other.loglik)):
            assert np.array_equal(a, b)
        folder = one.predict_to(tmp_path / "p")
        found = pq.read_table(folder)["mean"].to_pandas()
        np.testing.assert_allclose(found.dropna(), one.predict(DATA.dropna()), rtol=1e-12)
