"""What others call the attributes of posteriors, models, tests: what is recommended exists."""

import pytest

from stattools.interface.names.answers import vocabulary
from tests.interface.names.scene import runs

ROWS = list(dict.fromkeys(row for _, rows in vocabulary().nouns.values() for row in rows))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.ours)
def test_what_is_recommended_runs(row):
    assert row.names
    assert runs(row.ours)


def test_each_row_speaks_of_its_noun():
    for noun, rows in vocabulary().nouns.values():
        for row in rows:
            assert noun in row.ours
