"""Moved levels of a factor that is kept as codes are those that the design encodes."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import stattools as st
from stattools.data import terms
from stattools.inference.effects import groups
from stattools.inference.effects.moved_levels import at_one_level
from stattools.interface.memory import require_memory
from stattools.numerics.columns import as_columns
from stattools.numerics.level_columns import LevelColumns

RNG = np.random.default_rng(4)
DATA = {"g": RNG.integers(0, 6, 80), "x": RNG.standard_normal(80), "y": 1 + RNG.poisson(2.0, 80)}


@pytest.mark.parametrize("right", ["x + C(g)", "0 + C(g) + x"])
def test_all_rows_are_at_one_level(right, monkeypatch):
    monkeypatch.setattr(terms, "MANY", 4)
    model = st.poisson(f"y ~ {right}", DATA)
    for level in range(6):
        X = at_one_level(model, model.rows.X, {"g": level})
        assert isinstance(X, LevelColumns)
        assert_array_equal(np.asarray(X), np.asarray(model.design.encode(DATA | {"g": np.full(80, level)})))
    for moved in ({"x": 1.0}, {"g": 3, "x": 1.0}, {"g": DATA["g"]}, {"g": 99}, {}):
        assert at_one_level(model, model.rows.X, moved) is None
    alike = as_columns(model.rows.X).alike
    assert alike(model.design.encode(DATA))
    assert not alike(model.design.encode(DATA | {"x": DATA["x"] + 1}))
    assert not alike(model.design.encode(DATA | {"g": DATA["g"][::-1]}))


def test_means_and_contrasts_are_those_of_all_columns(monkeypatch):
    plain = st.fit(st.poisson("y ~ x + C(g)", DATA))
    monkeypatch.setattr(terms, "MANY", 4)
    coded = st.fit(st.poisson("y ~ x + C(g)", DATA))
    assert isinstance(coded.model.rows.X, LevelColumns)
    for ask in (lambda fit: fit.means("g"), lambda fit: fit.contrasts("g"), lambda fit: fit.means("x", values=[0, 1])):
        expected, found = (ask(fit).select_dtypes("number").to_numpy() for fit in (plain, coded))
        assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


EFFECTS = [
    lambda fit: fit.marginal_effects(),
    lambda fit: fit.marginal_effects(at="mean"),
    lambda fit: fit.marginal_effects(variables="x", by="g"),
]


@pytest.mark.parametrize("ask", EFFECTS)
def test_effects_make_no_column_of_a_level(ask, monkeypatch):
    plain = st.fit(st.gamma("y ~ exp(x) + C(g)", DATA))
    monkeypatch.setattr(terms, "MANY", 4)
    coded = st.fit(st.gamma("y ~ exp(x) + C(g)", DATA))
    expected = ask(plain).select_dtypes("number").to_numpy()
    monkeypatch.setattr(LevelColumns, "copy", lambda X: pytest.fail("the columns of the levels were made"))
    assert_allclose(ask(coded).select_dtypes("number").to_numpy(), expected, rtol=1e-6, atol=1e-9)


def test_contrasts_beyond_memory_are_refused(monkeypatch):
    fit = st.fit(st.poisson("y ~ x + C(g)", DATA))
    monkeypatch.setattr(groups, "require_memory", lambda what, numbers, do: require_memory(what, 10**15 * numbers, do))
    with pytest.raises(st.DomainError, match=r"15 contrasts of 6 values of 'g' would take .*values="):
        fit.contrasts("g")
