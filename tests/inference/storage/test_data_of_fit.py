"""What every saved fit says of itself: its certificate, and the hashes of its data."""

from __future__ import annotations

import json
import zipfile
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.inference.storage.file import about, column_hash, hashes, sealed, words_hash

TABLE = pd.DataFrame({"y": [1, 0, 2, 5], "x": [0.5, 1, 2, 3], "name": ["a", "b", None, "d"]})
LONG = pd.DataFrame(
    {
        "y": np.tile([1.0, 2.5, 2.0, 4.0], 6) + np.repeat([0.0, 0.3, -0.5, 1.0, 0.2, -0.4], 4),
        "x": np.tile([0.0, 1.0, 2.0, 3.5], 6),
        "g": np.repeat(np.arange(6), 4),
        "b": np.tile([0, 1, 1, 0, 1, 0, 0, 1], 3),
        "k": np.tile([0, 1, 2, 1, 0, 2], 4),
    }
)


@pytest.mark.parametrize(
    ("model", "columns"),
    [
        (lambda: st.ols("y ~ x", TABLE), ["y", "x", "name"]),
        (lambda: st.poisson(TABLE.y.to_numpy(), TABLE.x.to_numpy(), exposure=[1.0, 2, 2, 3]), ["y", "x1", "offset"]),
        (lambda: st.cox("survival(x, b) ~ y", LONG.assign(x=LONG["x"] + 0.5)), list(LONG)),
        (lambda: st.linear_mixed("y ~ x + (1 | g)", LONG), list(LONG)),
        (lambda: st.logistic("b ~ x + (1 | g)", LONG), list(LONG)),
        (lambda: st.one_vs_rest("k ~ x", LONG), list(LONG)),
        (lambda: st.coin([1, 0, 1, 1]), ["successes", "trials"]),
    ],
)
def test_every_file_has_a_certificate_and_hashes_and_keeps_them(model, columns, tmp_path):
    fit = st.fit(model())
    path = fit.save(tmp_path / "a.fit")
    with zipfile.ZipFile(path) as folder:
        said = json.loads(folder.read("about.json"))
    assert said == json.loads(json.dumps(about(fit)))
    assert "aximum" in said["certificate"]
    assert list(said["data"]["columns"]) == columns
    assert st.load(path).save(tmp_path / "b.fit").read_bytes() == path.read_bytes()


def test_a_likelihood_of_your_own_says_that_it_has_no_data_to_hash():
    said: Any = about(st.fit(st.custom(lambda t: -float(((t - 1.0) ** 2).sum()), start=[0.0])))
    assert said["data"]["columns"] == {}
    assert "function" in said["data"]["why"]


def test_a_file_of_before_is_read(tmp_path):
    path = st.fit(st.ols("y ~ x", TABLE)).save(tmp_path / "a.fit")
    with zipfile.ZipFile(path) as folder:
        parts = {name: folder.read(name) for name in ("fit.json", "arrays.npz")}
    (tmp_path / "before.fit").write_bytes(sealed(parts))
    fit = st.load(tmp_path / "before.fit")
    again = fit.save(tmp_path / "again.fit")
    with zipfile.ZipFile(again) as folder:
        assert json.loads(folder.read("about.json"))["data"]["columns"] == {}


def test_a_hash_is_of_values_and_not_of_their_types(tmp_path):
    TABLE.to_csv(tmp_path / "table.csv", index=False)
    again = pd.read_csv(tmp_path / "table.csv")
    assert hashes(TABLE) == hashes(again)
    assert hashes(TABLE.assign(x=TABLE["x"] + 1e-12))["x"] != hashes(TABLE)["x"]
    assert column_hash(np.array([1.0, np.nan])) == column_hash(["1", ""])
    assert column_hash([0.0]) == column_hash([-0.0])
    beyond = [Fraction(10**400, 3), 1]
    assert column_hash(beyond) == words_hash(beyond) != words_hash([1, Fraction(10**400, 3)])
    assert hashes(None) == {}


def test_columns_that_were_hashed_as_words_are_compared_as_words():
    before = {name: words_hash(list(TABLE[name])) for name in TABLE}
    assert hashes(TABLE, before) == before
