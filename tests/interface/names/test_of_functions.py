"""What others call our functions: what is recommended exists, no name means two things, and none is ours."""

from collections import Counter

import pytest

import stattools as st
from stattools.interface.names.answers import plain, vocabulary
from tests.interface.names.scene import runs


@pytest.mark.parametrize("row", vocabulary().functions, ids=lambda row: row.ours or row.note[:40])
def test_what_is_recommended_runs(row, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert row.names
    assert runs(row.ours) if row.ours else row.note


def test_no_name_stands_in_two_rows():
    counts = Counter(word for row in vocabulary().functions for word in {plain(name) for name in row.names})
    assert not [word for word, times in counts.items() if times > 1]


def test_no_name_of_ours_is_answered():
    """A row of what has become ours is to be deleted."""
    assert not [name for row in vocabulary().functions for name in row.names if name in st.__all__]
