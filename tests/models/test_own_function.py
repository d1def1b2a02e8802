"""A function called by the names of its start, and bounds as they may be written."""

import numpy as np
import pytest

import stattools as st
from stattools.models.custom import of_array, of_names, read_bounds

START, NAMES = np.array([0.0, 1.0]), ("mean", "sigma")


def test_numbers_and_vectors_have_places():
    start, names, places = of_names({"a": 1.0, "b": [2.0, 3.0]})
    assert (start.tolist(), names) == ([1.0, 2.0, 3.0], ("a", "b[0]", "b[1]"))
    found = of_array(lambda a, b: (a, b.tolist()), places, "loglik")(start)
    assert found == (1.0, [2.0, 3.0])
    assert of_array(lambda **named: sorted(named), places, "loglik")(start) == ["a", "b"]


def test_slopes_may_have_names():
    *_, places = of_names({"a": 1.0, "b": [2.0, 3.0]})
    assert of_array(lambda a, b: {"b": b, "a": a}, places, "score")(np.array([1.0, 2, 3])).tolist() == [1, 2, 3]
    with pytest.raises(st.DomainError, match="it needs 'a', 'b'"):
        of_array(lambda a, b: {"b": b}, places, "score")(np.array([1.0, 2, 3]))


def test_one_argument_that_is_no_name_is_the_array():
    *_, places = of_names({"log mean": 1.0})
    assert of_array(lambda t: t.tolist(), places, "loglik")(np.ones(1)) == [1.0]


@pytest.mark.parametrize(
    "function", [lambda a, c: 0.0, lambda a, b, c: 0.0, lambda: 0.0, lambda a, sd=1.0: 0.0, lambda *, t: 0.0]
)
def test_other_arguments_are_refused(function):
    with pytest.raises(st.IncompatibleError, match=r"calls loglik\(a=, b=\)"):
        of_array(function, {"a": 0, "b": 1}, "loglik")


@pytest.mark.parametrize(
    "bounds",
    [
        {"sigma": (0, None)},
        {"sigma": [0.0, np.inf]},
        [(None, None), (0, None)],
        np.array([[-np.inf, np.inf], [0, np.inf]]),
    ],
)
def test_bounds(bounds):
    low, high = read_bounds(bounds, START, NAMES, {})
    assert low.tolist() == [-np.inf, 0.0]
    assert (high == np.inf).all()


def test_a_vector_shares_its_bounds():
    start, names, places = of_names({"a": 1.0, "b": [2.0, 3.0]})
    assert read_bounds({"b": (0, 9)}, start, names, places)[1].tolist() == [np.inf, 9.0, 9.0]
    assert read_bounds({"b[1]": (0, 9)}, start, names, places)[1].tolist() == [np.inf, np.inf, 9.0]


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ((0, None), "needs bounds="),
        ({"sd": (0, None)}, "'sd', which is no parameter"),
        ({"sigma": 0}, "got 0 for 'sigma'"),
        ({"sigma": (3, 2)}, "low < high"),
        ({"sigma": (np.nan, 2)}, "low < high"),
        ({"sigma": (2, 3)}, "'sigma' starts at 1, and lies between 2 and 3"),
        ({"sigma": (1, None)}, "starts inside"),
        ("ab", "needs bounds="),
    ],
)
def test_bad_bounds(bounds, message):
    with pytest.raises(st.DomainError, match=message):
        read_bounds(bounds, START, NAMES, {})
