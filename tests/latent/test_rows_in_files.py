"""Sums of one grouping factor over files and Dask give the likelihood of the same rows in memory."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.data.dataset import mixed_rows
from stattools.data.files import first_pass
from stattools.errors import DomainError, IdentificationError, IncompatibleError
from stattools.latent.coordinates import coordinates
from stattools.latent.deviance import Deviance
from stattools.latent.elimination import OneFactor
from stattools.latent.sums import summed_rows
from tests.sizes import first

FORMULAS = [
    "y ~ x + (x | g)",
    "y ~ x + f + (1 | g) + (0 + x | g)",
    "y ~ 0 + x + (x || g)",
    "y ~ x*f + (f | g:h)",
    "y ~ poly(x, 2, raw=True) + (1 | k)",
]


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(3)
    n = 400
    data = pd.DataFrame({"x": 2.0e4 + rng.integers(0, 30, n), "f": rng.choice(["u", "v", "w"], n)})
    data["g"] = rng.choice([f"g{k}" for k in range(25)], n)
    data["h"], data["k"] = rng.integers(0, 3, n), rng.integers(0, 40, n) / 2
    own = rng.normal(size=(2, 25))[:, data.g.str[1:].astype(int)]
    data["y"] = 3.0 + own[0] + (0.1 + 0.2 * own[1]) * (data.x - 2.0e4) + rng.normal(size=n)
    data.loc[rng.choice(n, 12, replace=False), "g"] = None
    data.loc[rng.choice(n, 9, replace=False), "x"] = np.nan
    return data


def scanned(data, folder):
    for k, (low, high) in enumerate(pairwise([0, 7, 150, 152, len(data)])):
        data.iloc[low:high].to_parquet(folder / f"{k}.parquet", row_group_size=40)
    return st.scan(str(folder / "*.parquet"))


def summed(formula, source):
    rows, read = mixed_rows("st.linear_mixed", formula, source, {})
    return rows, summed_rows("st.linear_mixed", read, np.asarray(rows.outcome, dtype=float))


def require_the_same(formula, source, table):
    rows, found = summed(formula, source)
    memory, latent = mixed_rows("st.linear_mixed", formula, table, {})
    y = np.asarray(memory.outcome, dtype=float)
    c = coordinates(memory.X, y, latent.terms, None, memory.design.names)
    names = [(term.name, term.group, term.levels, term.columns) for term in latent.terms]
    assert [(term.name, term.group, term.levels, term.columns) for term in found.read.terms] == names
    assert (rows.dropped, rows.n_dropped) == (memory.dropped, memory.n_dropped)
    structure = OneFactor.of(c.columns)
    for reml in (True, False):
        one, other = Deviance.of(structure, c, reml), Deviance.of(found.structure, found.coordinates, reml)
        # a point in the coordinates of the table: the T of each term, which both turn into their own
        factors = [np.tril(np.full((len(t.columns),) * 2, 0.3) + np.eye(len(t.columns))) for t in latent.terms]
        here = one.at(one.theta(tuple(factors)))
        turned = [
            np.linalg.solve(b, a @ T)
            for a, b, T in zip(c.to_effects, found.coordinates.to_effects, factors, strict=True)
        ]
        turned = [np.linalg.qr(T.T, mode="r").T for T in turned]
        scale = found.coordinates.unit / c.unit
        assert_allclose(scale, 1.0, rtol=1e-12)
        there = other.at(other.theta(tuple(turned)))
        assert_allclose(there.value, here.value, rtol=1e-12)
        beta = [d.beta + d.to_beta @ at.b * d.unit for d, at in ((c, here), (found.coordinates, there))]
        assert_allclose(beta[1], beta[0], rtol=1e-10)  # the intercept is where x is 0, 2e4 from the rows
    return found.read


@pytest.mark.parametrize("formula", first(2, FORMULAS))
def test_files_are_as_memory_however_groups_and_row_groups_lie(formula, table, tmp_path, monkeypatch):
    monkeypatch.setattr(first_pass, "HELD", 60)  # so that the sample is not all rows
    rows = require_the_same(formula, scanned(table, tmp_path), table)
    assert rows.every is not None
    assert rows.every.reads == 2


@pytest.mark.slow
def test_partitions_of_dask_are_as_memory(table):
    dask = pytest.importorskip("dask.dataframe")
    require_the_same(FORMULAS[0], dask.from_pandas(table, npartitions=5), table)


@pytest.mark.parametrize(
    ("formula", "change", "error", "said"),
    [
        ("y ~ x + (1 | g) + (1 | h)", {}, IncompatibleError, "reads rows in files for one grouping"),
        ("y ~ x + (1 | g/h)", {}, IncompatibleError, "reads rows in files for one grouping"),
        ("y ~ x", {}, IncompatibleError, "needs a random part"),
        ("y ~ x + (1 | g)", {"g": "one"}, DomainError, "has one level only"),
        ("y ~ x + (1 | g)", {"g": range(400)}, DomainError, "a level of its own in each of the 391"),
        ("y ~ x + (x + I(2 * x) | g)", {}, IdentificationError, r"column 'I\(2 \* x\)' is a combination"),
        ("y ~ x + I(x - 3) + (1 | g)", {}, IdentificationError, r"column 'I\(x - 3\)' is a combination"),
        ("y ~ (f || g)", {}, DomainError, "'f' holds categories"),
        ("y ~ (1 | q)", {}, DomainError, "no column 'q'"),
    ],
)
def test_what_cannot_be_read_from_files_is_refused(formula, change, error, said, table, tmp_path):
    with pytest.raises(error, match=said):
        summed(formula, scanned(table.assign(**change), tmp_path))


@pytest.mark.parametrize("reml", [True, False])
def test_fits_and_posteriors_of_files_are_those_of_memory(reml, table, tmp_path):
    models = [st.linear_mixed("y ~ x + (x | g)", data) for data in (table, scanned(table, tmp_path))]
    memory, files = (st.fit(model, reml=reml) for model in models)
    assert_allclose(files.loglik, memory.loglik, rtol=1e-12)
    assert_allclose(files.estimate, memory.estimate, rtol=1e-10)  # the intercept is where x is 0, 2e4 from the rows
    assert_allclose(files.se, memory.se, rtol=1e-10)
    assert_allclose(files.found.covariances[0], memory.found.covariances[0], rtol=1e-9)
    assert (files.n, files.model.counted) == (memory.n, memory.model.counted)
    theta = models[0].density.start
    assert_allclose(models[1].density.loglik(theta), models[0].density.loglik(theta), rtol=1e-12)


@pytest.mark.parametrize("formula", first(1, ["y ~ x + (1 | g)", "y ~ x + (x | g)"]))
def test_large_effects_cost_no_digits(formula, table, tmp_path):
    """A second read takes the groups out of the rows before they are squared."""
    data = table.dropna().reset_index(drop=True)
    own = 3e3 * np.random.default_rng(4).normal(size=(2, 25))[:, data.g.str[1:].astype(int)]
    data["y"] = own[0] + own[1] * (data.x - 2.0e4) / 10.0 + 0.1 * np.random.default_rng(5).normal(size=len(data))
    if formula == "y ~ x + (1 | g)":
        data["y"] -= own[1] * (data.x - 2.0e4) / 10.0
    models = [st.linear_mixed(formula, source) for source in (data, scanned(data, tmp_path))]
    memory, files = (st.fit(model) for model in models)
    assert_allclose(files.loglik, memory.loglik, rtol=1e-10)  # n times the relative error of the scale
    assert_allclose(files.scale, memory.scale, rtol=1e-10)  # a thirty thousandth of the effects
    every = models[1].read.every
    assert every is not None
    assert every.reads == 3
