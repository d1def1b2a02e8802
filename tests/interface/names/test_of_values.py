"""Values of others: no word means two things, and what is recommended exists."""

import re
from collections import Counter

import stattools as st
from stattools.interface.names.of_arguments import CALLS
from stattools.interface.names.of_values import VALUES
from stattools.interface.names.rows import plain


def test_no_word_means_two_things():
    for rows in VALUES.values():
        counts = Counter(word for words in rows.values() for word in {plain(one) for one in words.split()})
        assert not [word for word, times in counts.items() if times > 1]


def test_what_is_recommended_exists():
    codes = [*CALLS.values(), *(ours for rows in VALUES.values() for ours in rows)]
    assert all(hasattr(st, name) for code in codes for name in re.findall(r"\bst\.(\w+)", code))
    assert all(hasattr(st, name) for name in CALLS)
