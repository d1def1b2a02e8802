"""Values of others: no word means two things, and what is recommended exists."""

import re
from collections import Counter

import stattools as st
from stattools.interface.names.answers import plain, vocabulary


def test_no_word_means_two_things():
    for rows in vocabulary().values.values():
        counts = Counter(word for words in rows.values() for word in {plain(one) for one in words.split()})
        assert not [word for word, times in counts.items() if times > 1]


def test_what_is_recommended_exists():
    codes = [*vocabulary().calls.values(), *(ours for rows in vocabulary().values.values() for ours in rows)]
    assert all(hasattr(st, name) for code in codes for name in re.findall(r"\bst\.(\w+)", code))
    assert all(hasattr(st, name) for name in vocabulary().calls)
