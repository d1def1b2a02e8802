import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from stattools.data.dataset import complete_rows
from stattools.data.design.design import learn
from stattools.data.design.latent_terms import curves_of, learn_smooth
from stattools.data.formula.formula import parse
from stattools.data.tables.table import table
from stattools.errors import DomainError

rng = np.random.default_rng(0)
N = 80
TABLE = {
    "y": rng.normal(size=N), "x": rng.uniform(1.0, 2.0, N), "z": rng.normal(size=N), "one": np.ones(N),
    "g": np.array(list("abc"))[rng.integers(0, 3, N)], "few": np.arange(N) % 5,
}  # fmt: skip


def read(right, data=TABLE):
    frame = table(data)
    formula = parse(f"y ~ {right}", frame.names)
    found = complete_rows(data, frame, (*formula.outcome.columns, *formula.columns), {})
    lines, parts, notes = curves_of(formula, found.columns)
    design, X, _ = learn(lines, found)
    terms = [one for part in parts for one in learn_smooth(part, lines, design, found)]
    return terms, design.names, X, notes


def curve(term):
    """A twin by scipy's basis: B M with the knots of mgcv's `ps`."""
    from scipy.interpolate import BSpline

    x, k = TABLE["x"], term.k
    low, high = x.min() - 0.001 * np.ptp(x), x.max() + 0.001 * np.ptp(x)
    knots = low + (high - low) / (k - 3) * np.arange(-3, k + 1)
    B = BSpline.design_matrix(x, knots, 3).toarray()
    M = np.linalg.pinv(np.diff(np.eye(k), 2, axis=0))
    M -= B.mean(axis=0) @ M
    line = np.arange(k) - B.mean(axis=0) @ np.arange(k)  # coefficients of the line whose mean is 0
    return B @ (M - np.outer(line, line @ M / (line @ line)))


def test_the_wiggly_columns_are_those_of_the_basis():
    ((term,), names, X, notes) = read("s(x, k=12)")
    assert_allclose(term.columns, curve(term), atol=1e-11)
    assert names[term.slope] == "center(x)"
    assert (term.height, notes) == (None, ())
    assert_allclose(X[:, term.slope], TABLE["x"] - term.design.middle, atol=1e-15)


def test_each_level_has_a_curve_of_its_own():
    terms, names, _, notes = read("g + s(x, by=g)")
    assert [term.name for term in terms] == ["s(x):g[a]", "s(x):g[b]", "s(x):g[c]"]
    assert [names[term.slope] for term in terms] == [f"center(x):g[{level}]" for level in "abc"]
    for term in terms:
        assert_allclose(term.columns, curve(term) * (TABLE["g"] == term.by)[:, None], atol=1e-11)
    assert notes == ()
    assert "levels differ in height by g + s(x, by=g)" in read("s(x, by=g)")[3][0]
    both = read("s(x) + g + s(x, by=g)")[0]
    assert [term.slope is None for term in both] == [False, True, False, False]  # its line is that of s(x)


def test_a_number_multiplies_a_curve():
    (term,), names, _, _ = read("s(x, by=z)")
    assert (names[term.height], names[term.slope]) == ("z", "center(x):z")
    raw, moved = curve(term), term.columns / TABLE["z"][:, None]
    line = np.column_stack([np.ones(N), TABLE["x"]])
    away = moved - raw
    assert_allclose(away - line @ np.linalg.lstsq(line, away)[0], 0.0, atol=1e-10)  # they differ by lines


@pytest.mark.parametrize("right", ["s(log(x))", "g + s(scale(x), by=g)", "s(x, by=z)", "s(x, by=few)"])
def test_new_rows_have_the_columns_of_the_old(right):
    terms = read(right)[0]
    some = {name: values[:7] for name, values in TABLE.items()}
    again = pickle.loads(pickle.dumps(terms[-1].design)).terms(some)
    for old, new in zip(terms, again, strict=True):
        assert old.name == new.name
        assert_array_equal(new.columns, old.columns[:7])
        assert_array_equal(new.columns, old.take(slice(0, 7)).columns)


def test_origin_and_unit_of_the_variable_change_nothing():
    (term,) = read("s(x)")[0]
    (moved,) = read("s(x)", TABLE | {"x": 1e3 * TABLE["x"] + 1e6})[0]
    assert_allclose(moved.columns, term.columns, atol=1e-9)  # x has 1e-10 of its range after the move
    new = term.design.terms({"x": [0.0, 1.5, 9.0]})[0]
    assert new.beyond.tolist() == [True, False, True]


def test_what_tells_nothing_is_refused():
    for right, said in [
        ("s(g)", "is a curve over numbers; 'g' holds categories"),
        ("s(one)", "'one' is 1 in all 80 rows"),
        ("s(few)", r"only 5 different values: write s\(few, k=5\)"),
        ("s(I(x > 1.5))", r"only 2 different values: write C\("),
        ("s(log(z))", "not finite"),
        ("s(x)", "'x'"),
    ]:
        data = TABLE | {"x": [None] * N} if right == "s(x)" else TABLE
        with pytest.raises(DomainError, match=said):
            read(right, data)
    rare = TABLE | {"g": np.where(np.arange(N) < 2, "d", "a")}
    with pytest.raises(DomainError, match="the level 'd', in which 'x' has 2 different values"):
        read("g + s(x, by=g)", rare)
    (term, *_) = read("g + s(x, by=g)")[0]
    with pytest.raises(DomainError, match="which the model has not seen"):
        term.design.terms({"x": [1.5], "g": ["q"]})
    with pytest.raises(DomainError, match="has no value"):
        term.design.terms({"x": [None], "g": ["a"]})
    (term, *_) = read("s(x)", TABLE | {"x": np.linspace(0.0, 1e-160, N)})[0]
    for far in (1e200, 1e-140):
        with pytest.raises(DomainError, match="distance is beyond the whole numbers of float64"):
            term.design.terms({"x": [far]})
