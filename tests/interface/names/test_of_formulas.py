"""What others write in formulas: each rewrite has a case, and what is lacking says what comes nearest."""

import re

from stattools.interface.names.of_formulas import LACKING, REWRITES
from tests.data.formula.test_foreign_words import WRITTEN


def test_patterns_have_the_groups_that_their_text_names():
    for rewrite in REWRITES:
        named = re.findall(r"\\(\d)", rewrite.ours + rewrite.arguments)
        assert all(int(number) <= rewrite.pattern.groups for number in named)


def test_most_rewrites_have_a_case():
    used = [rewrite for rewrite in REWRITES if any(rewrite.pattern.search(theirs) for theirs, _, _ in WRITTEN)]
    assert len(used) >= 0.6 * len(REWRITES)


def test_what_is_lacking_says_so():
    assert all(row.note for row in LACKING)
