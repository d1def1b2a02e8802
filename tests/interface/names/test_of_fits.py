"""What others call the attributes of a fit: what is recommended exists, and no name means two things."""

from collections import Counter

import pytest

import stattools as st
from stattools.interface.names.of_fits import FIT
from stattools.interface.names.rows import plain
from tests.interface.names.scene import runs


@pytest.mark.parametrize("row", FIT, ids=lambda row: row.ours or row.note[:40])
def test_what_is_recommended_runs(row, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if row.ours == 'st.load("fit")':
        st.fit(st.coin([0, 1, 1])).save("fit")
    assert row.names
    assert runs(row.ours) if row.ours else row.note


def test_no_name_stands_in_two_rows():
    """`get_params`, what a model was made with, is another name than `params`."""
    counts = Counter(word for row in FIT for word in {plain(name) for name in row.names if name != "get_params"})
    assert not [word for word, times in counts.items() if times > 1]


def test_no_name_of_ours_is_answered():
    assert not [name for row in FIT for name in row.names if name in dir(st.Fit) and not name.startswith("_")]
