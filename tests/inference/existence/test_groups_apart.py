import numpy as np
import pytest

import stattools as st
from stattools.inference.existence.random_effects import groups_apart, pure_term

rng = np.random.default_rng(0)
g, h = np.repeat(list("abcdefgh"), 3), np.tile(list("xyz"), 8)
x = rng.standard_normal(24)
pure, mixed = np.repeat([0, 1, 0, 1, 1, 0, 0, 1], 3), rng.integers(0, 2, 24)
within = (x >= np.repeat(np.sort(x.reshape(8, 3), axis=1)[:, 1], 3)).astype(int)  # the two larger x of each group


def table(y: np.ndarray) -> dict[str, object]:
    return {"y": y, "x": x, "g": g, "h": h, "n": np.full(24, 4)}


PURE = {
    "binary": lambda: st.logistic("y ~ x + (1 | g)", table(pure)),
    "probit": lambda: st.probit("y ~ x + (1 | g)", table(pure)),
    "trials": lambda: st.logistic("y ~ x + (1 | g)", table(4 * pure), trials="n"),
    "ordered": lambda: st.ordinal("y ~ x + (1 | g)", table(np.repeat([0, 1, 2, 1, 1, 0, 2, 1], 3))),
    "beside crossed": lambda: st.logistic("y ~ x + (1 | h) + (1 | g)", table(pure)),
}


@pytest.mark.parametrize("name", PURE)
def test_pure_groups_are_found_by_a_look_and_by_the_program(name):
    model = PURE[name]()
    term, apart = pure_term(model), groups_apart(model)
    assert term is not None
    assert term.name == "(1 | g)"
    assert apart is not None
    assert apart.columns == ()
    assert [one.name for one in apart.terms] == ["(1 | g)"]


MIXED = {
    "binary": lambda: st.logistic("y ~ x + (1 | g)", table(mixed)),
    "one trial of many": lambda: st.logistic("y ~ 1 + (1 | g)", table(4 * pure - (np.arange(24) == 3)), trials="n"),
    "counts of 0 in whole groups": lambda: st.poisson("y ~ x + (1 | g)", table(pure * (1 + mixed))),
    "ordered": lambda: st.ordinal("y ~ x + (1 | g)", table(rng.integers(0, 3, 24))),
    "crossed": lambda: st.logistic("y ~ 1 + (1 | g) + (1 | h)", table(mixed)),
    "measurements": lambda: st.gamma("y ~ x + (1 | g)", table(1.0 + pure)),
}


@pytest.mark.parametrize("name", MIXED)
def test_groups_that_overlap_are_not(name):
    model = MIXED[name]()
    assert pure_term(model) is None
    assert groups_apart(model) is None


def test_a_column_that_orders_each_group_is_named():
    model = st.logistic("y ~ x + (1 | g)", table(within))
    found = groups_apart(model)
    assert st.separation(model.fixed) is None
    assert pure_term(model) is None
    assert found is not None
    assert found.columns == ("x",)


def test_effects_of_a_column_run_off_where_it_orders_the_rows_of_each_group():
    signs = np.repeat([1, -1, 1, 1, -1, 1, -1, -1], 3)
    found = groups_apart(st.logistic("y ~ 1 + (0 + x | g)", table((signs * x > 0).astype(int))))
    assert found is not None
    assert [one.name for one in found.terms] == ["(0 + x | g)"]


def test_rows_without_weight_say_nothing():
    y, weight = pure.copy(), np.ones(24)
    y[4], weight[4] = 1 - y[4], 0.0
    columns = {**table(y), "w": weight}
    assert pure_term(st.logistic("y ~ x + (1 | g)", columns, weights="w")) is not None
    assert groups_apart(st.logistic("y ~ x + (1 | g)", columns, weights="w")) is not None
    assert pure_term(st.logistic("y ~ x + (1 | g)", columns)) is None
