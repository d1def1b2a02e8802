from stattools.reporting.converted import BETWEEN, LETTERS, shares
from stattools.reporting.document import Table


def test_columns_that_fit_are_as_wide_as_their_texts():
    found = shares(Table(("`term`", "estimate"), (("x", "1.25"),), "lr"))
    assert found == ((4 + BETWEEN) / LETTERS, (8 + BETWEEN) / LETTERS)


def test_the_widest_column_gives_way_and_no_word_is_broken():
    words = "many short words " * 10
    found = shares(Table(("a", "b", "c"), ((words, "123456789.123456789", "x" * 20),), "lrr"))
    assert abs(sum(found) - 1.0) < 0.02
    assert [round(share * LETTERS) for share in found[1:]] == [19 + BETWEEN, 20 + BETWEEN]


def test_words_that_do_not_fit_share_the_line():
    found = shares(Table(("a", "b"), (("x" * 100, "y" * 300),), "ll"))
    assert abs(sum(found) - 1.0) < 1e-12
    assert found[1] / found[0] == 302 / 102
