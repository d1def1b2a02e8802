"""Moved levels of a factor that is kept as codes are those that the design encodes."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import stattools as st
from stattools.data.design import design
from stattools.inference.effects import means as groups
from stattools.inference.effects.averages import Population
from stattools.interface.memory import require_memory
from stattools.numerics.columns import Columns, alike
from tests.inference.diagnostics.checks.test_errors_beside_levels import no_columns

RNG = np.random.default_rng(4)
DATA = {"g": RNG.integers(0, 6, 80), "x": RNG.standard_normal(80), "y": 1 + RNG.poisson(2.0, 80)}


@pytest.mark.parametrize("right", ["x + C(g)", "0 + C(g) + x", "0 + C(g) + C(g):x", "C(g) + C(g):x"])
def test_all_rows_are_at_one_level(right, monkeypatch):
    monkeypatch.setattr(design, "MANY", 4)
    model = st.poisson(f"y ~ {right}", DATA)
    one = Population(model, DATA)
    for level in range(6):
        expected = model.design.encode(DATA | {"g": np.full(80, level)})
        X = one.at_level({"g": level})
        if X is None:  # the level without columns, beside slopes: the design is encoded
            assert (right, level) == ("C(g) + C(g):x", 0)
            continue
        assert isinstance(X, Columns)
        assert_array_equal(np.asarray(X), np.asarray(expected))
    for moved in ({"x": 1.0}, {"g": 3, "x": 1.0}, {"g": DATA["g"]}, {"g": 99}, {}):
        assert one.at_level(moved) is None
    assert alike(model.rows.X, model.design.encode(DATA))
    assert not alike(model.rows.X, model.design.encode(DATA | {"x": DATA["x"] + 1}))
    assert not alike(model.rows.X, model.design.encode(DATA | {"g": DATA["g"][::-1]}))


@pytest.mark.parametrize("right", ["x + C(g)", "x * C(g)", "0 + C(g) + C(g):x", "C(g):poly(x, 2)"])
def test_means_and_contrasts_are_those_of_all_columns(right, monkeypatch):
    plain = st.fit(st.poisson(f"y ~ {right}", DATA))
    monkeypatch.setattr(design, "MANY", 4)
    coded = st.fit(st.poisson(f"y ~ {right}", DATA))
    assert isinstance(coded.model.rows.X, Columns)
    no_columns(monkeypatch)
    for ask in (lambda fit: fit.means("g"), lambda fit: fit.contrasts("g"), lambda fit: fit.means("x", values=[0, 1])):
        expected, found = (ask(fit).select_dtypes("number").to_numpy() for fit in (plain, coded))
        assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


EFFECTS = [
    lambda fit: fit.marginal_effects(),
    lambda fit: fit.marginal_effects(at="mean"),
    lambda fit: fit.marginal_effects(variables="x", by="g"),
]


@pytest.mark.parametrize("right", ["exp(x) + C(g)", "0 + C(g) + C(g):exp(x)"])
@pytest.mark.parametrize("ask", EFFECTS)
def test_effects_make_no_column_of_a_level(ask, right, monkeypatch):
    plain = st.fit(st.gamma(f"y ~ {right}", DATA))
    monkeypatch.setattr(design, "MANY", 4)
    coded = st.fit(st.gamma(f"y ~ {right}", DATA))
    expected = ask(plain).select_dtypes("number").to_numpy()
    no_columns(monkeypatch)
    assert_allclose(ask(coded).select_dtypes("number").to_numpy(), expected, rtol=1e-6, atol=1e-9)


def test_contrasts_beyond_memory_are_refused(monkeypatch):
    fit = st.fit(st.poisson("y ~ x + C(g)", DATA))
    monkeypatch.setattr(groups, "require_memory", lambda what, numbers, do: require_memory(what, 10**15 * numbers, do))
    with pytest.raises(st.DomainError, match=r"15 contrasts of 6 values of 'g' would take .*values="):
        fit.contrasts("g")
