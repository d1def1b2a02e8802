"""Checks beside a factor of many levels are those of all columns, of which none is made."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import special

import stattools as st
from stattools.data.design import design
from stattools.inference.covariance import sandwich
from stattools.inference.covariance.sandwich import Sandwich
from stattools.inference.diagnostics import assumptions as errors_beside_levels
from stattools.inference.diagnostics.assumptions import OfRows, explained, glejser
from stattools.inference.diagnostics.check import LookedAt
from stattools.inference.diagnostics.checks import _farthest, worst_rows
from stattools.numerics.arrowhead import Arrow, arrow
from stattools.numerics.columns import Columns, beside, symmetric, upper_gram
from tests.columns import indicators
from tests.models.predictors.test_read_columns import MODELS as BESIDE
from tests.models.predictors.test_read_columns import table as rows_of_models

RNG = np.random.default_rng(1)
G = np.append(np.arange(6), RNG.integers(0, 6, 84))
X = RNG.standard_normal(90)
MEAN = np.exp(0.4 * X + 0.1 * G)
DATA = {
    "g": G, "x": 20.0 + X, "z": RNG.integers(0, 3, 90), "w": RNG.integers(1, 4, 90),
    "k": RNG.poisson(MEAN * RNG.gamma(0.8, size=90)), "p": MEAN * RNG.gamma(2.0, size=90),
    "c": G + X * RNG.normal(size=90), "b": RNG.integers(0, 2, 90),
}  # fmt: skip

MODELS = [
    lambda: st.poisson("k ~ x + C(g) + C(z)", DATA),
    lambda: st.poisson("k ~ 0 + C(g) + x", DATA, weights="w"),
    lambda: st.negative_binomial("k ~ C(g) + x", DATA, weights="w"),
    lambda: st.negative_binomial("k ~ 0 + x + C(g)", DATA),
    lambda: st.ols("c ~ C(g) + x", DATA, weights="w"),
    lambda: st.ols("c ~ 0 + C(z) + C(g) + x", DATA, precision="w"),
    lambda: st.gamma("p ~ x + C(g)", DATA),
    lambda: st.logistic("b ~ C(g) + x", DATA),
    lambda: st.poisson("k ~ x * C(g) + z", DATA, weights="w"),
    lambda: st.ols("c ~ 0 + C(g) + C(g):x + z", DATA),
    lambda: st.logistic("b ~ 0 + C(g):x", DATA),
]


def both(monkeypatch, make, **given):
    """The fit with all columns, and that with codes, which may make none."""
    monkeypatch.setattr(design, "MANY", 10**9)
    plain = st.fit(make(), **given)
    monkeypatch.setattr(design, "MANY", 4)
    return plain, st.fit(make(), **given)


def no_columns(monkeypatch):
    """Columns of levels may not be made as an array."""
    monkeypatch.setattr(Columns, "copy", lambda X: pytest.fail("the columns of the levels were made"))


@pytest.mark.parametrize("make", MODELS)
def test_checks_are_those_of_all_columns(make, monkeypatch):
    plain, coded = both(monkeypatch, make)
    expected = plain.check()
    no_columns(monkeypatch)
    monkeypatch.setattr(errors_beside_levels, "CELLS", 200)
    found = coded.check()
    assert found.check.tolist() == expected.check.tolist()
    assert found.measure.tolist() == expected.measure.tolist()
    assert found.verdict.tolist() == expected.verdict.tolist()
    some = (expected.check != "maximum").to_numpy()  # which is the decrement, round-off of each solver's own
    numbers = [table[some].select_dtypes("number").to_numpy() for table in (found, expected)]
    assert_allclose(*numbers, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("make", [MODELS[0], MODELS[8]])
def test_checks_of_a_ridge_are_those_of_all_columns(make, monkeypatch):
    plain, coded = both(monkeypatch, make, penalty=st.Ridge(0.5))
    expected, found = plain.check(), coded.check()
    assert found.check.tolist() == expected.check.tolist()
    some = (expected.check != "maximum").to_numpy()
    assert_allclose(found.value[some], expected.value[some], rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("make", MODELS)
@pytest.mark.parametrize("kind", ["HC0", "HC2"])
def test_sums_of_each_coefficient_are_those_of_all_columns(make, kind, monkeypatch):
    plain, coded = both(monkeypatch, make)
    asked, scale = list(range(plain.model.predictor.size_first)), plain.scale
    one = Sandwich.of(plain.model, plain.estimate, np.asarray(plain.solution.covariance))
    given = {"kind": kind, "scale": scale, "has_scale": plain.model.has_scale, "factor": 1.3}
    expected = one.work.rows.gather(OfRows(one.terms, one.back(asked), **given))
    levels = Sandwich.of(coded.model, coded.estimate, coded.solution.covariance)
    found = levels.work.rows.gather(OfRows(levels.terms, levels.back(asked), **given))
    half = [
        levels.work.rows.gather(OfRows(levels.terms, levels.back(part), **given)) for part in (asked[:2], asked[2:])
    ]
    for name in ("robust", "gap", "square", "own"):
        size = np.abs(expected[name]).max()
        assert_allclose(found[name], expected[name], rtol=1e-6, atol=1e-7 * size, err_msg=name)
        assert_allclose(np.concatenate([part[name] for part in half]), found[name])
    ours, theirs = (explained(sums["scores"], sums["cross"])[0] for sums in (found, expected))
    assert_allclose(ours, theirs, rtol=1e-6, atol=1e-7 * np.abs(theirs).max())


def test_rows_that_move_a_coefficient_most(monkeypatch):
    plain, coded = both(monkeypatch, MODELS[2])
    asked = LookedAt(coded).asked
    one = Sandwich.of(plain.model, plain.estimate, np.asarray(plain.solution.covariance))
    unit = np.sqrt(plain.covariance.diagonal())[asked]
    moves = (
        np.concatenate([s * w[:, None] for _, s, w in one.terms.of(one.work.rows, "HC3")]) @ one.back(asked).T / unit
    )
    both_ways = np.concatenate([moves, -moves], axis=1)
    sums = np.sort(both_ways, axis=0)[-3:].sum(axis=0)
    monkeypatch.setattr(sandwich, "CELLS", 200)
    rows, size = worst_rows(LookedAt(coded), 3)
    assert_allclose(size, sums.max(), rtol=1e-6)
    assert rows.tolist() == sorted(np.argsort(-both_ways[:, sums.argmax()])[:3].tolist())


def test_moves_are_the_scores_times_the_inverse_information(monkeypatch):
    _, coded = both(monkeypatch, MODELS[4])
    levels = Sandwich.of(coded.model, coded.estimate, coded.solution.covariance)
    whole = np.asarray(levels.scores()) @ np.asarray(levels.C) @ np.asarray(levels.T).T
    for part, moves in levels.along([1, 3]):
        assert_allclose(moves, whole[:, [1, 3]][:, part], atol=1e-12)


def test_explained_of_blocks_of_which_one_is_flat():
    values = np.array([[1.0, 2.0], [1.0, 2.0], [1.0, 0.5], [1.0, 3.0]])
    A = Columns(np.arange(4.0)[:, None], np.array([0, 0, 1, 1]), np.array([[0, 1], [2, 3]]), values).gram()
    c = np.asarray(A)[:, [0, 4]] + np.asarray(A)[:, [2, 3]]
    assert_allclose(explained(A, c)[0], np.diag(c.T @ np.linalg.pinv(np.asarray(A)) @ c), rtol=1e-9)


def test_explained_of_a_matrix_that_has_zeros():
    A = Arrow(
        np.arange(3)[:, None],
        np.array([2.0, 0.0, 4.0])[:, None, None],
        np.array([[1.0], [0.0], [1.0]]),
        np.array([[3.0]]),
    )
    c = np.array([[1.0], [0.0], [2.0], [1.0]])
    assert_allclose(explained(A, c)[0], np.diag(c.T @ np.linalg.pinv(np.asarray(A)) @ c), rtol=1e-12)


@pytest.mark.parametrize("complete", [True, False])
def test_a_regression_on_levels(complete):
    codes = G if complete else G - 1
    Z = indicators(X[:, None], codes, codes.max() + 1, 0)
    y, w = DATA["p"], DATA["w"].astype(float)
    A, root = np.column_stack([np.asarray(Z), np.ones(90)]), np.sqrt(w)
    fitted, _, expected, _ = np.linalg.lstsq(A * root[:, None], y * root, rcond=1e-10)
    both = beside(Z, np.ones(90))
    found, rank = explained(both.gram(w), both.pulled(w * y)[:, None], 1e-10)
    assert_allclose(found, w @ (A @ fitted) ** 2, rtol=1e-9)
    assert rank == expected
    for columns in (Z, np.asarray(Z)):
        n, mean = w.sum(), w @ y / w.sum()
        of_columns, p_value = glejser(arrow(symmetric(upper_gram(beside(columns, np.ones(90), y), w))))
        assert_allclose(of_columns, np.sqrt((w @ (A @ fitted) ** 2 - n * mean**2) / n) / mean, rtol=1e-9)
        share = (w @ (A @ fitted) ** 2 - n * mean**2) / (w @ (y - mean) ** 2)
        assert_allclose(p_value, special.chdtrc(expected - 1, n * share), rtol=1e-9)


def test_the_largest_rows_are_in_their_order():
    assert _farthest([np.array([[1.0], [5.0], [-1.0], [5.0], [5.0]])], 2)[0][1].tolist() == [1, 3]
    assert _farthest([np.array([[-1.0], [2.0]])], 2)[0][1].tolist() == [1]


@pytest.mark.parametrize("name", ["times", "labels", "labels with a scale", "overdispersed hurdle", "gamma"])
def test_checks_of_several_linear_predictors_are_those_of_all_columns(monkeypatch, name):
    said = []
    for many in (200, 4):
        monkeypatch.setattr(design, "MANY", many)
        said.append(str(st.fit(BESIDE[name](rows_of_models()), solver=st.Newton(tolerance=1e-11)).check()))
    assert said[1] == said[0]
