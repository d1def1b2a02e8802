"""The constructors: what they bind, what they state, what they refuse."""

import numpy as np
import pandas as pd
import pytest

import stattools as st
from tests.cases import rng

CONSTRUCTORS = [st.ols, st.logistic, st.softmax, st.poisson]
each = pytest.mark.parametrize("make", CONSTRUCTORS, ids=lambda f: f.__name__)


def frame(n: int = 30) -> pd.DataFrame:
    g = rng(0)
    return pd.DataFrame({"x": g.normal(size=n), "y": g.integers(0, 2, n), "off": g.normal(size=n)})


@each
def test_formula_and_arrays_are_the_same_model(make):
    data = frame()
    a, b = make("y ~ x", data), make(data.y, data[["x"]])
    assert a.names == b.names
    assert a.formula == "y ~ x"
    assert b.formula is None
    np.testing.assert_array_equal(a.rows.X, b.rows.X)
    np.testing.assert_array_equal(a.rows.y, b.rows.y)


@each
def test_arrays_without_intercept_are_not_copied(make):
    X = rng(1).normal(size=(20, 2))
    for layout in (X, np.asfortranarray(X)):
        model = make([0, 1] * 10, layout, intercept=False, names=["a", "b"])
        assert np.shares_memory(model.rows.X, layout)
        assert model.terms == ("a", "b")


@each
def test_unknown_keywords_are_type_errors(make):
    with pytest.raises(st.IncompatibleError, match="has no weight=: use weights="):
        make("y ~ x", frame(), weight=[1] * 30)
    with pytest.raises(TypeError):
        make("y ~ x")


@each
@pytest.mark.parametrize("bad", [0.5, -1.0, np.nan, np.inf])
def test_weights_are_frequencies(make, bad):
    weights = np.ones(30)
    weights[4] = bad
    if np.isnan(bad):
        model = make("y ~ x", frame(), weights=weights)  # a missing weight is a missing row
        assert (model.n, model.n_dropped, model.dropped) == (29.0, 1, {"weights": 1})
        return
    with pytest.raises(st.DomainError, match="weights"):
        make("y ~ x", frame(), weights=weights)
    with pytest.raises(st.DomainError, match="weights"):
        make("y ~ x", frame(), weights=np.zeros(30))


def test_offset_by_column_and_by_array():
    data = frame()
    by_name, by_array = (st.ols("y ~ x", data, offset=o) for o in ("off", data.off))
    np.testing.assert_array_equal(by_name.rows.offset, by_array.rows.offset)
    assert (by_name.extras, by_array.extras) == ({"offset": "off"}, {"offset": None})
    with pytest.raises(st.DomainError, match="of"):
        st.ols("y ~ x", data, offset="of")


def test_a_binary_outcome_states_which_level_is_one():
    data = frame()
    data["admit"] = np.where(data.y == 1, "yes", "no")
    model = st.logistic("admit ~ x", data)
    assert model.labels == ("no", "yes")
    np.testing.assert_array_equal(model.rows.y, data.y)
    data["admit"] = pd.Categorical(data.admit, categories=["yes", "no"])
    assert st.logistic("admit ~ x", data).labels == ("yes", "no")
    assert "P(admit = 'no')" in str(st.fit(st.logistic("admit ~ x", data)))


@pytest.mark.parametrize(
    ("make", "y", "message"),
    [
        (st.logistic, [1] * 30, "only"),
        (st.logistic, [0, 1, 2] * 10, "softmax"),
        (st.logistic, [1, 2] * 15, "1, 2|1 and 2"),
        (st.logistic, ["a", "b", "c"] * 10, "softmax"),
        (st.softmax, ["a"] * 30, "only"),
        (st.softmax, np.linspace(0, 1, 30), "categor"),
        (st.poisson, [-1] + [1] * 29, "Poisson needs counts"),
        (st.poisson, [0.5] + [1] * 29, "Poisson needs counts"),
        (st.poisson, [0] * 30, "positive count"),
        (st.ols, ["tall"] * 30, "softmax|logistic|numbers"),
    ],
)
def test_outcomes_off_the_support(make, y, message):
    with pytest.raises(st.DomainError, match=message):
        make("y ~ x", frame().assign(y=y))


def test_softmax_reference():
    data = frame().assign(k=["fig", "kiwi", "plum"] * 10)
    assert st.softmax("k ~ x", data).labels == ("fig", "kiwi", "plum")
    assert st.softmax("k ~ x", data, reference="plum").labels == ("plum", "fig", "kiwi")
    with pytest.raises(st.DomainError, match="pear"):
        st.softmax("k ~ x", data, reference="pear")


def test_poisson_starts_at_the_mean_rate():
    model = st.poisson([100, 200, 300], [1.0, 2.0, 3.0], offset=np.log([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(model.start, [np.log(100.0), 0.0], rtol=1e-14)


@pytest.mark.parametrize("make", [st.logistic, st.probit, st.poisson, st.negative_binomial])
@pytest.mark.parametrize("size", [1e300, -1e300, 1e9])
def test_an_offset_is_on_the_scale_of_the_linear_predictor(make, size):
    data = {"y": [0, 1, 0, 1, 1], "x": [1.0, 2.0, 3.0, 4.0, 2.0]}
    with pytest.raises(st.DomainError, match=r"offset= is added to the linear predictor.*in row 2.*give exposure="):
        make("y ~ x", data, offset=[0.0, 1.0, size, 0.0, 1.0])
    fit = st.fit(st.poisson("y ~ x", data, offset=[0.0, 1.0, 0.5, 0.0, 1.0]))
    with pytest.raises(st.DomainError, match=r"offset= is added to the linear predictor.*in row 0"):
        fit.predict({"x": [1.0]}, offset=[size])


def test_an_offset_beside_which_y_is_round_off_is_refused():
    data = {"y": [0.5, 1.0, 3.0, 1.5], "x": [1.0, 2.0, 3.0, 5.0]}
    with pytest.raises(st.DomainError, match=r"y - offset would keep fewer than 8 digits of y"):
        st.ols("y ~ x", data, offset=[0.0, 1e300, 0.0, 0.0])
    assert st.ols("y ~ x", data, offset=[1e6] * 4).n == 4
