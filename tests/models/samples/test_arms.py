"""Arms from labels, and columns of numbers with the place of what is wrong in them."""

import numpy as np
import pandas as pd
import pytest

from stattools.errors import DomainError
from stattools.models.samples.arms import columns, counts, grouping, numbers

TABLE = {"k": [1, 2, 3], "arm": ["b", "a", "b"]}


def test_arms_are_sorted_labels_and_totals_are_exact():
    arms = grouping("st.x", TABLE["arm"], None, 3)
    assert (arms.labels, arms.index.tolist(), arms.size) == (("a", "b"), [1, 0, 1], 2)
    assert arms.total(np.array([1, 2**53, 3])).tolist() == [2**53, 4]
    assert [arms.name(arm) for arm in (0, 1)] == ["arm 'a'", "arm 'b'"]


def test_categories_keep_their_order():
    labels = pd.Categorical(["low", "high", "low"], categories=["low", "high"][::-1])
    arms = grouping("st.x", labels, None, 3)
    assert (arms.labels, arms.index.tolist()) == (("high", "low"), [1, 0, 1])
    assert arms.total(np.array([5, 7, 1])).tolist() == [7, 6]


def test_without_labels_each_observation_is_an_arm_named_by_its_index():
    arms = grouping("st.x", None, pd.Series([1, 2], index=["u", "v"]), 2)
    assert (arms.labels, arms.size) == (("u", "v"), 2)
    arms = grouping("st.x", None, [1, 2], 2)
    assert arms.labels is None
    assert arms.name(1) == "position 1"


def test_columns_are_looked_up_by_name():
    found = columns("st.x", TABLE, k="k", by="arm")
    assert list(found["k"]) == [1, 2, 3]
    assert numbers(found["k"], "k").tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: columns("st.x", None, k="k"), "the name of a column; give the table as data="),
        (lambda: columns("st.x", TABLE, k="n"), "the columns of data are 'k', 'arm'"),
        (lambda: columns("st.x", TABLE, k=[1, 2, 3]), "got data= and no column of it"),
        (lambda: columns("st.x", None, k=pd.DataFrame(TABLE)), "needs k, one column; got a table"),
        (lambda: grouping("st.x", ["a"], None, 2), "got 1 labels for 2"),
        (lambda: grouping("st.x", ["a", None], None, 2), "by= has none at position 1"),
        (lambda: numbers([], "k"), "k is empty"),
        (lambda: numbers([1.0, np.inf], "k"), "got inf at position 1"),
        (lambda: numbers(["a"], "k"), "k needs numbers; got 'a' at position 0"),
        (lambda: numbers(np.eye(2), "k"), "one column of numbers"),
        (lambda: counts([1, 2.5], "k"), "whole numbers, at least 0; got 2.5 at position 1"),
        (lambda: counts([1.0, 2.0**54], "k"), "at position 1"),
        (lambda: counts([3, 0], "k", grouping("st.x", ["u", "v"], None, 2), at_least=1), "got 0 in arm 'v'"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(ask, words):
    with pytest.raises(DomainError, match=words):
        ask()
