"""Columns with names that look like anything are the same columns: in formulas, `~ .`, prediction, and loaded fits."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

import stattools as st
from stattools.data.formula.expression import column_of, in_backticks
from tests.cases import rng

NAMES = [
    "a`", "`a", "`", "``", "a``b", "`a`", " ", "a ", "a\n b", "a\tb", "{x}", "{", "a'b", 'a"b', "\\", "log", "log(x)",
    "C", "C(g)", "1", "0", "-1", "f0", "_column0_", "__class__", "a.b", ".", "~", "y ~ x", "a:b", "a + b", "a|b", "(",
    "x[T.b]",
    "e\u0301", "\ufb01", "\u200b", "\x00", "None", "%s", "a,b", "=", "weights", "sigma", "a" * 300,
]  # fmt: skip
N = 30
DATA = pd.DataFrame(
    {
        "y": rng(0).normal(size=N),
        "x": rng(1).normal(size=N),
        "g": np.resize(list("abc"), N),
        "w": np.resize([1, 2, 1, 3], N),
    }
)
WHOLE, DOT, PRODUCT = (
    st.fit(st.ols(formula, data, weights=weights))
    for formula, data, weights in (
        ("y ~ x + g", DATA, "w"),
        ("y ~ .", DATA[["y", "x", "g"]], None),
        ("y ~ I(x**2) + g:x", DATA, None),
    )
)


@pytest.mark.parametrize(
    ("name", "role"),
    [
        pytest.param(name, "xgyw"[k % 4], marks=[pytest.mark.slow] * (k % 5 > 0))
        for k, name in enumerate([*NAMES, *(name for name in ("1", "a`") for _ in range(4))])
    ],
)
def test_a_name_is_only_a_name(name, role, tmp_path):
    data = DATA.rename(columns={role: name})
    plain = {key: name if key == role else key for key in DATA}
    y, x, g = (in_backticks(name) if key == role else key for key in ("y", "x", "g"))
    found = st.fit(st.ols(f"{y} ~ {x} + {g}", data, weights=plain["w"]))
    dotted = st.fit(st.ols(f"{y} ~ .", data[[plain["y"], plain["x"], plain["g"]]]))
    product = st.fit(st.ols(f"{y} ~ I({x}**2) + {g}:{x}", data))
    for fit, right in ((found, WHOLE), (dotted, DOT), (product, PRODUCT)):
        assert_array_equal(fit.estimate, right.estimate)
        assert_array_equal(st.load(fit.save(tmp_path / "fit")).predict(data), right.predict(DATA))
    assert_array_equal(st.fit(found.model, cov=st.Cluster(plain["g"])).se, st.fit(WHOLE.model, cov=st.Cluster("g")).se)
    series = st.fit(st.local_level(f"{y} ~ {x}", data))
    assert_array_equal(series.estimate, st.fit(st.local_level("y ~ x", DATA)).estimate)


@pytest.mark.parametrize("name", NAMES)
def test_backticks_and_back(name):
    assert column_of(in_backticks(name)) == name


def test_a_name_does_not_name_its_neighbour():
    data = {"y": [1.0, 2.0, 4.0], "a": [0.0, 0.0, 1.0], "a`": [1.0, 2.0, 4.0]}
    assert st.fit(st.ols("y ~ `a```", data)).estimate.round(12).tolist() == [0.0, 1.0]
    with pytest.raises(st.DomainError, match=r"no column 'b`'\. .*The columns are 'y', 'a', 'a`'"):
        st.ols("y ~ `b```", data)


@pytest.mark.parametrize("role", ["successes", "failures"])
def test_grouped_outcomes_too(role):
    data = {"s": [1, 2, 3], "f": [3, 2, 2], "x": [1.0, 2.0, 4.0]}
    own = {"successes": "s", "failures": "f"}[role]
    named = {("b`" if key == own else key): values for key, values in data.items()}
    left = "`b``` + f" if own == "s" else "s + `b```"
    assert_array_equal(
        st.fit(st.logistic(f"{left} ~ x", named)).estimate, st.fit(st.logistic("s + f ~ x", data)).estimate
    )
    with pytest.raises(st.DomainError, match="'f ail' is part of the outcome"):
        st.logistic("s + `f ail` ~ `f ail`", {"s": [1, 2, 3], "f ail": [3, 2, 2]})


def test_names_that_cannot_be_written_or_read_are_refused():
    with pytest.raises(st.DomainError, match="half of a character"):
        st.ols("y ~ x", {"y": [1.0, 2.0], "x": [1.0, 2.0], "\ud800": [1.0, 2.0]})
    with pytest.raises(st.DomainError, match="whose name is empty"):
        st.ols("y ~ .", {"y": [1.0, 2.0], "": ["a", "b"]})
    with pytest.raises(st.DomainError, match="texts that are not empty"):
        st.ols([1.0, 2.0, 4.0], [1.0, 2.0, 5.0], names=[""])


@pytest.mark.parametrize("make", [st.ols, st.poisson, st.softmax, st.one_vs_rest, st.network, st.local_level])
@pytest.mark.parametrize("left", ["s + f", "`s` + f", "s + f + x", "log(s) + f"])
def test_two_outcomes_are_told_apart_from_a_wrong_formula(make, left):
    with pytest.raises(st.DomainError, match=r"successes . failures, are a grouped outcome.*logistic.*weights="):
        make(f"{left} ~ x", {"s": [1, 2, 3], "f": [3, 2, 2], "x": [1.0, 2.0, 4.0]})
