"""Predictions in files are those of `predict` on the same rows, null where a predictor is missing."""

import contextlib
from threading import Event

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import stattools as st
from stattools.data.files import scan as scans
from stattools.inference.prediction import predict as prediction_file

N = 300
rng = np.random.default_rng(5)
DATA = pd.DataFrame({"x": rng.normal(size=N), "g": rng.choice(list("abc"), N), "e": rng.uniform(1, 2, N)})
DATA["y"] = (rng.uniform(size=N) < 0.4).astype(int)
DATA["s"] = rng.choice(["low", "mid", "top"], N)
DATA.loc[[3, 170, 171], "x"] = np.nan
COMPLETE = DATA.x.notna().to_numpy()


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.setattr(scans, "BATCH", 64)
    for k, part in enumerate((DATA[:120], DATA[120:])):
        pq.write_table(pa.Table.from_pandas(part, preserve_index=False), tmp_path / f"{k}.parquet", row_group_size=70)
    return st.scan(tmp_path)


@pytest.mark.parametrize(
    "make, formula, options, asked",
    [
        (st.logistic, "y ~ x + g", {}, {}),
        (st.logistic, "y ~ x + g", {}, {"interval": 0.9}),
        (st.logistic, "y ~ x", {"offset": "e"}, {"kind": "link", "interval": 0.9}),
        (st.logistic, "y ~ x", {}, {"kind": "class"}),
        (st.softmax, "s ~ x", {}, {}),
        (st.softmax, "s ~ x", {}, {"kind": "class"}),
        (st.ols, "e ~ x", {}, {"kind": "observation", "interval": 0.9}),
    ],
)
def test_predictions_are_those_of_predict(files, tmp_path, make, formula, options, asked):
    fit = st.fit(make(formula, files, **options))
    found = pq.read_table(fit.predict_to(tmp_path / "p.pq", **asked))
    found = found.to_pandas()
    wanted = pd.DataFrame(fit.predict(DATA[COMPLETE], **asked))
    assert len(found) == N
    assert (found.isna().any(axis=1).to_numpy() == ~COMPLETE).all()
    if asked.get("kind") == "class":
        assert found["class"][COMPLETE].tolist() == wanted["class"].tolist()
    else:
        np.testing.assert_allclose(found[COMPLETE].to_numpy(), wanted.to_numpy(), rtol=1e-12)


def test_nothing_is_left_half_written(files, tmp_path):
    fit = st.fit(st.ols("e ~ g", files))
    other = tmp_path / "other"
    other.mkdir()
    pq.write_table(pa.table({"g": ["a", "b", "d"]}), other / "new.parquet", row_group_size=2)
    with pytest.raises(st.DomainError, match=r"new.parquet, row group 1: .*'d'"):
        fit.predict_to(tmp_path / "p.parquet", st.scan(other))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.parquet", "1.parquet", "other"]


def test_a_disk_that_is_full_leaves_nothing(files, tmp_path, monkeypatch):
    fit = st.fit(st.ols("e ~ g", files))
    write, seen = pq.ParquetWriter.write_batch, []

    def full(self, batch):
        seen.append(batch)
        if len(seen) == 2:
            raise OSError(28, "No space left on device")
        write(self, batch)

    monkeypatch.setattr(pq.ParquetWriter, "write_batch", full)
    (tmp_path / "p.parquet").write_text("as it was")
    with pytest.raises(OSError, match="No space"):
        fit.predict_to(tmp_path / "p.parquet")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.parquet", "1.parquet", "p.parquet"]
    assert (tmp_path / "p.parquet").read_text() == "as it was"


def test_what_cannot_be_written_is_refused(files, tmp_path):
    fit = st.fit(st.ols("e ~ x", files))
    for path, data, words in (
        (tmp_path / "p.csv", None, "ends in .parquet"),
        (tmp_path / "0.parquet", None, "one of the files"),
        (tmp_path / "p.parquet", DATA, "fit.predict"),
    ):
        with pytest.raises(st.StattoolsError, match=words):
            fit.predict_to(path, data)


def cut(data=DATA):
    pieces = [data[:0], data[:120], data[120:121], data[121:]]
    return dd.from_map(pieces.__getitem__, range(4), meta=data.iloc[:0])


@pytest.mark.parametrize(
    "make, formula, options, asked",
    [
        (st.logistic, "y ~ x + g", {}, {"interval": 0.9}),
        (st.logistic, "y ~ x", {"offset": "e"}, {"kind": "link"}),
        (st.softmax, "s ~ x", {}, {}),
        (st.softmax, "s ~ x", {}, {"kind": "class"}),
        (st.ols, "e ~ x", {}, {"kind": "observation", "interval": 0.9}),
    ],
)
def test_partitions_are_predicted_to_files_of_a_folder(tmp_path, monkeypatch, make, formula, options, asked):
    monkeypatch.setattr(prediction_file, "ROWS", 50)
    with dask.config.set(scheduler="threads"):
        fit = st.fit(make(formula, cut(), **options))
        folder = fit.predict_to(tmp_path / "p", **asked)
        other = st.fit(make(formula, DATA, **options)).predict_to(tmp_path / "q", cut(), **asked)
    names = sorted(path.name for path in folder.iterdir())
    assert names == [f"part.{k:06d}.parquet" for k in range(4)]
    assert [pq.read_metadata(folder / name).num_rows for name in names] == [0, 120, 1, 179]
    found, again = pq.read_table(folder).to_pandas(), pq.read_table(other).to_pandas()
    wanted = pd.DataFrame(fit.predict(DATA[COMPLETE], **asked))
    assert (found.isna().any(axis=1).to_numpy() == ~COMPLETE).all()
    if asked.get("kind") == "class":
        assert found["class"][COMPLETE].tolist() == wanted["class"].tolist()
    else:
        np.testing.assert_allclose(found[COMPLETE].to_numpy(), wanted.to_numpy(), rtol=1e-12)
        np.testing.assert_allclose(again, found, rtol=1e-6)


def test_a_folder_appears_whole_or_not_at_all(tmp_path):
    fit = st.fit(st.ols("e ~ g", DATA))
    with dask.config.set(scheduler="threads"):
        with pytest.raises(st.DomainError, match=r"partition 3: .*'d'"):
            fit.predict_to(tmp_path / "p", cut(DATA.assign(g=DATA.g.mask(DATA.index == 299, "d"))))
        with pytest.raises(st.DomainError, match=r"partition 2 of the 4 .*disk"):
            fit.predict_to(tmp_path / "p", cut().map_partitions(broken, meta=DATA.iloc[:0]))
        assert not list(tmp_path.iterdir())
        (tmp_path / "p").mkdir()
        (tmp_path / "p" / "mine").touch()
        with pytest.raises(st.DomainError, match="there already"):
            fit.predict_to(tmp_path / "p", cut())


def test_who_is_late_leaves_nothing_behind(tmp_path):
    fit = st.fit(st.ols("e ~ x", DATA))
    LATE.clear()
    with dask.config.set(scheduler="threads", num_workers=4), pytest.raises(st.DomainError, match="partition 2 of"):
        fit.predict_to(tmp_path / "p", cut().map_partitions(late, tmp_path, meta=DATA.iloc[:0]))
    assert not list(tmp_path.iterdir())


def test_of_two_writers_to_one_folder_the_first_to_end_has_it(tmp_path):
    fit, path = st.fit(st.ols("e ~ x", DATA)), tmp_path / "p"
    OVERTAKEN.clear()
    with (
        dask.config.set(scheduler="synchronous"),
        pytest.raises(st.FileError, match=r"not empty.*Write elsewhere; what was there is as it was"),
    ):
        fit.predict_to(path, cut().map_partitions(overtaken, fit, path, meta=DATA.iloc[:0]))
    assert [one.name for one in tmp_path.iterdir()] == ["p"]
    assert [one.name for one in path.iterdir()] == ["part.000000.parquet"]
    assert pq.read_table(path).num_rows == 100


def overtaken(piece, fit, path):
    """Another writer begins and ends while this one is at work."""
    if not OVERTAKEN.is_set():
        OVERTAKEN.set()
        fit.predict_to(path, dd.from_map(lambda k: DATA[:100], range(1), meta=DATA.iloc[:0]))
    return piece


LATE = Event()
OVERTAKEN = Event()
"""Its own: a thread of another test may still set LATE."""


def late(piece, folder):
    if len(piece) == 120 and not LATE.is_set():
        part = next(folder.glob(".*.tmp"))
        with contextlib.suppress(FileNotFoundError):
            for k in range(20_000):
                (part / str(k)).touch()
                LATE.set()
    elif len(piece) == 1:
        LATE.wait(10)
        raise OSError("the disk is gone")
    return piece


def broken(piece):
    if len(piece) == 1 and piece.index[0] == 120:
        raise OSError("the disk is gone")
    return piece
