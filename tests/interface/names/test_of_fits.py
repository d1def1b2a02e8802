"""What others call the attributes of a fit: what is recommended exists, and no name means two things."""

import re
from collections import Counter

import pytest

import stattools as st
from stattools.interface.names.vocabulary import plain, vocabulary
from tests.interface.names.scene import runs


@pytest.mark.parametrize("row", vocabulary().fit, ids=lambda row: row.ours or row.note[:40])
def test_what_is_recommended_runs(row, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if row.ours == 'st.load("fit")':
        st.fit(st.coin([0, 1, 1])).save("fit")
    assert row.names
    assert runs(row.ours) if row.ours else row.note


@pytest.mark.parametrize("row", vocabulary().fit + vocabulary().functions, ids=lambda row: row.ours or row.note[:40])
def test_a_statistic_of_goodness_is_named(row):
    """`fit.goodness()` alone promises columns that it may not have; `runs` asks for the column that is named."""
    if "goodness()" in row.ours:
        assert re.search(r"goodness\(\)\.\w+\[0\]", row.ours) or {plain(name) for name in row.names} <= OF_A_WHOLE


OF_A_WHOLE = {"score", "fitstatistics", "gof"}
"""Names of others that stand for several statistics."""


def test_no_name_stands_in_two_rows():
    """`get_params`, what a model was made with, is another name than `params`."""
    counts = Counter(
        word for row in vocabulary().fit for word in {plain(name) for name in row.names if name != "get_params"}
    )
    assert not [word for word, times in counts.items() if times > 1]


def test_no_name_of_ours_is_answered():
    assert not [
        name for row in vocabulary().fit for name in row.names if name in dir(st.Fit) and not name.startswith("_")
    ]
