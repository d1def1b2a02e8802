"""A model within one of many levels: the same place, tests and refusals as with all columns, of which none is made."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.data.design import design
from stattools.inference.hypotheses import nested as nested_levels
from stattools.inference.hypotheses.nested import embedding
from stattools.numerics.columns import Columns
from tests.inference.diagnostics.checks.test_errors_beside_levels import DATA

TABLE = DATA | {"half": DATA["g"] // 2, "far": 1e4 + DATA["x"]}
PAIRS = [
    ("k ~ far + C(g)", "k ~ far"),
    ("k ~ x + C(g)", "k ~ C(g)"),
    ("k ~ x + C(g)", "k ~ 0 + C(g)"),
    ("k ~ 0 + x + C(g)", "k ~ C(half) + x"),
    ("k ~ C(z) + C(g) + x", "k ~ C(z)"),
]


@pytest.mark.parametrize(("large", "small"), PAIRS)
def test_it_lies_where_it_does_with_all_columns(large, small, monkeypatch):
    monkeypatch.setattr(nested_levels, "CELLS", 200)
    found = []
    for many in (10**9, 4):
        monkeypatch.setattr(design, "MANY", many)
        full, restricted = (st.fit(st.poisson(formula, TABLE, weights="w")) for formula in (large, small))
        if many == 4:
            assert type(full.model.rows.X) is Columns
            monkeypatch.setattr(Columns, "copy", lambda X: pytest.fail("the columns of the levels were made"))
        theta = embedding(full.model, restricted.model, restricted.estimate)
        tests = st.likelihood_ratio(full, restricted), st.score_test(restricted, full.model)
        found.append((theta, [number for one in tests for number in (one.statistic, one.df, one.p_value)]))
        assert_allclose(full.model.eta(theta), restricted.model.eta(restricted.estimate), atol=1e-9)
        st.compare(full, restricted)
    assert_allclose(found[1][0], found[0][0], rtol=1e-6, atol=1e-8)
    assert_allclose(found[1][1], found[0][1], rtol=1e-6, atol=1e-12)


def test_an_offset_and_a_dispersion(monkeypatch):
    monkeypatch.setattr(design, "MANY", 4)
    full = st.negative_binomial("k ~ x + C(g)", TABLE)
    held = st.fit(st.negative_binomial("k ~ C(g)", TABLE, offset=0.5 * TABLE["x"]))
    theta = embedding(full, held.model, held.estimate)
    assert_allclose(theta[full.names.index("x")], 0.5, rtol=1e-9)
    assert theta[-1] == held.estimate[-1]
    plain = st.fit(st.poisson("k ~ C(g)", TABLE))
    assert embedding(full, plain.model, plain.estimate)[-1] == 0.0


def test_columns_and_offsets_outside_are_refused(monkeypatch):
    monkeypatch.setattr(design, "MANY", 4)
    full = st.poisson("k ~ far + C(g)", TABLE)
    for small, given, name in (
        ("k ~ C(half) + I(x**2)", {}, "I\\(x \\*\\* 2\\)"),
        ("k ~ 0 + C(half)", {"offset": (TABLE["x"] - 20.0) ** 2 / 10.0}, "offset"),
    ):
        restricted = st.fit(st.poisson(small, TABLE, **given))
        with pytest.raises(st.IncompatibleError, match=rf"not nested: '{name}"):
            embedding(full, restricted.model, restricted.estimate)


def test_no_column_separates_beside_levels_that_overlap(monkeypatch):
    monkeypatch.setattr(design, "MANY", 4)
    model = st.logistic("b ~ C(g) + x", DATA)
    monkeypatch.setattr(Columns, "copy", lambda X: pytest.fail("the columns of the levels were made"))
    assert st.separation(model) is None
    monkeypatch.undo()
    monkeypatch.setattr(design, "MANY", 4)
    apart = st.separation(st.logistic("b ~ C(g) + x", DATA | {"x": np.where(DATA["b"], 1.0, -1.0)}))
    assert apart is not None
    assert apart.infinite["x"] == np.inf
