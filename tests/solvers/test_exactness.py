"""Least squares of rows in files takes the rungs that it takes in memory, with the digits that they promise."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import stattools as st
from stattools.data.files import first_pass
from stattools.errors import DomainError
from tests.solvers.test_least_squares import agreement, design, needs_nist, nist


def write(folder, table, group=7):
    """Two files and many row groups."""
    table = pa.table(table)
    half = table.num_rows // 2
    for name, part in (("a", table[:half]), ("b", table[half:])):
        pq.write_table(part, folder / f"{name}.parquet", row_group_size=group)
    return st.scan(folder)


def right_side(name, x, certified):
    if name == "Longley":
        return " + ".join(f"x{j}" for j in range(x.shape[1]))
    if name.startswith("NoInt"):
        return "0 + x0"
    return "x0" if len(certified) == 2 else f"poly(x0, {len(certified) - 1}, raw=True)"


@needs_nist
@pytest.mark.parametrize(
    ("name", "digits"),
    [("Norris", 13.5), ("Pontius", 13), ("NoInt1", 14), ("NoInt2", 14), ("Filip", 13), ("Longley", 14)]
    + [(f"Wampler{k}", 13) for k in range(1, 6)],
)
def test_nist_certified_values(name, digits, tmp_path):
    y, x, certified = nist(name)
    source = write(tmp_path, {"y": y} | {f"x{j}": x[:, j] for j in range(x.shape[1])}, group=3)
    fit = st.fit(st.ols(f"y ~ {right_side(name, x, certified)}", source))
    assert agreement(fit.estimate, certified[:, 0]) >= digits
    assert agreement(fit.se, certified[:, 1]) >= digits


@pytest.mark.parametrize("kind", ["offset", "powers", "near", "units", "row", "levels"])
@pytest.mark.parametrize("accuracy", ["auto", "fast", "exact"])
@pytest.mark.parametrize(
    "seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.nightly)]
)
def test_rungs_and_digits_are_those_in_memory(kind, accuracy, seed, tmp_path):
    X, y = design(seed, 120, 4, kind)
    table = {"y": y} | {f"x{j}": X[:, j] for j in range(1, 4)}
    solver = st.LeastSquares(accuracy=accuracy)
    formula = "y ~ x1 + x2 + x3"

    def solved(data):
        try:
            return st.fit(st.ols(formula, data), solver=solver)
        except st.StattoolsError as error:
            return type(error)

    here, there = solved(table), solved(write(tmp_path, table))
    if isinstance(here, type) or isinstance(there, type):
        assert here == there
        return
    found, wanted = there.solution.digits, here.solution.digits
    assert there.solution.rung == here.solution.rung
    assert found.smallest == pytest.approx(wanted.smallest, abs=0.7)
    # Each is right to its digits, so they are apart by the errors of both.
    error = 10.0**-found.smallest + 10.0**-wanted.smallest
    assert (np.abs(there.estimate - here.estimate) <= 1.1 * error * np.maximum(np.abs(here.estimate), here.se)).all()
    lost = 10.0**-found.se + 10.0**-wanted.se
    assert (np.abs(there.se / here.se - 1.0) <= 1.1 * lost).all()


def test_the_exact_rung_has_weights_and_an_offset(tmp_path):
    rng = np.random.default_rng(4)
    n = 300
    x = rng.normal(size=n) + 50.0
    table = {"y": rng.normal(size=n), "x": x, "w": rng.integers(0, 5, n), "e": 1e3 * rng.normal(size=n)}
    source = write(tmp_path, table, group=40)
    here, there = (
        st.fit(st.ols("y ~ poly(x, 3, raw=True)", data, weights="w", offset="e"), solver=st.LeastSquares("exact"))
        for data in (table, source)
    )
    assert there.solution.rung == "exact"
    np.testing.assert_allclose(there.estimate, here.estimate, rtol=1e-14)
    np.testing.assert_allclose(there.se, here.se, rtol=1e-13)
    assert there.loglik == pytest.approx(here.loglik, rel=1e-13)


def many(n=200_000):
    rng = np.random.default_rng(5)
    table = {"x": rng.normal(size=n), "z": 3.0 + rng.normal(size=n), "w": np.ones(n)}
    table["y"] = 1.0 + table["x"] - table["z"] + rng.normal(size=n)
    return table


@pytest.mark.parametrize(("formula", "extras", "reads"), [
    ("y ~ x + z", {}, 1),
    ("y ~ z + x", {"weights": "w"}, 2),
    ("y ~ x + I(z * 1.0)", {}, 2),
    ("y ~ 0 + x + z", {}, 2),
])  # fmt: skip
def test_many_rows_are_read_once_where_columns_are_taken_as_they_are(tmp_path, monkeypatch, formula, extras, reads):
    monkeypatch.setattr(first_pass, "HELD", 20_000)
    table = many()
    here, there = (st.fit(st.ols(formula, data, **extras)) for data in (table, write(tmp_path, table, group=30_000)))
    assert there.solution.reads == reads
    assert there.solution.decrement <= 1e-8
    np.testing.assert_allclose(there.estimate, here.estimate, rtol=1e-12)
    np.testing.assert_allclose([there.scale, there.loglik], [here.scale, here.loglik], rtol=1e-12)
    np.testing.assert_allclose(there.covariance, here.covariance, rtol=1e-11)


@pytest.mark.parametrize("unlike", [
    lambda x, n: np.sort(x),
    lambda x, n: np.where(np.arange(n) < 10_000, 2001.0, 2001.0 + x),
    lambda x, n: np.where(np.arange(n) < 10_000, 1e7 + x, x),
    lambda x, n: 1e5 + x,
])  # fmt: skip
def test_first_rows_unlike_the_others_cost_no_digits(tmp_path, unlike):
    """Against the exact rung in memory, with sorted rows, a column that first is constant, and one far from 0."""
    table = many(60_000)
    table["z"] = unlike(table["z"], len(table["z"]))
    there = st.fit(st.ols("y ~ x + z", write(tmp_path, table, group=20_000)))
    exact = st.fit(st.ols("y ~ x + z", table), solver=st.LeastSquares("exact"))
    error = np.abs(there.estimate - exact.estimate) / exact.se
    assert error.max() <= 1e-9
    np.testing.assert_allclose(there.se, exact.se, rtol=1e-8)
    assert (10.0**-there.solution.digits.coefficients >= 0.1 * np.abs(there.estimate / exact.estimate - 1.0)).all()


def test_a_value_too_large_for_sums_is_named_as_ever(tmp_path):
    table = many(60_000)
    table["y"][31_234] = 1e200
    with pytest.raises(DomainError, match="1e\\+200"):
        st.fit(st.ols("y ~ x + z", write(tmp_path, table, group=20_000)))


def test_a_column_that_is_constant_in_the_sample_alone_takes_up_no_shift(tmp_path, monkeypatch):
    monkeypatch.setattr(first_pass, "HELD", 50)
    rng = np.random.default_rng(6)
    n = 4000
    table = {"x": 1e3 + rng.normal(size=n), "one": np.ones(n), "y": rng.normal(size=n)}
    table["one"][[5, 3000]] = 2.0
    source = write(tmp_path, table, group=100)
    here, there = (st.fit(st.ols("y ~ 0 + one + x", data)) for data in (table, source))
    np.testing.assert_allclose(there.estimate, here.estimate, rtol=1e-9)
    with pytest.raises(st.IdentificationError):
        st.fit(st.ols("y ~ one + x", write(tmp_path, table | {"one": np.ones(n)}, group=100)))
