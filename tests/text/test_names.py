"""Long names are cut in their middle, and different ones stay different."""

from hypothesis import given
from hypothesis import strategies as st

from stattools.text.columns import cut, first_few, shortened, wrapped
from stattools.text.printing import width

NAMES = st.lists(st.text(st.sampled_from("ab_漢e\u0301"), min_size=0, max_size=60), max_size=6)


@given(NAMES, st.integers(12, 40))
def test_names_fit_and_stay_different(names, room):
    short = shortened(names, room)
    assert all(width(one) <= room for one in short)
    assert len(set(short)) == len(set(names))
    assert (
        all(one == name for one, name in zip(short, names, strict=True) if width(name) <= room) or len(set(names)) > 1
    )


def test_the_difference_is_kept_where_it_is_in_the_middle():
    names = [f"a_name_with_a_long_beginning_{word}_and_a_long_end_that_is_shared" for word in ("first", "second")]
    first, second = shortened(names, 20)
    assert "firs" in first
    assert "seco" in second


def test_names_that_no_part_tells_apart_are_numbered():
    assert len(set(shortened(["a" * size for size in range(50, 60)], 12))) == 10
    assert shortened(["a" * 50, "a" * 60 + "b" + "a" * 50, "a" * 60 + "c" + "a" * 60], 12)[0] == "aaaaaa…aaaaa"


@given(st.text(st.sampled_from("ab 漢"), max_size=200), st.integers(12, 40))
def test_sentences_keep_their_words(text, room):
    lines = wrapped(text, room, "  ")
    assert all(width(line) <= room for line in lines)
    if all(width(word) <= room - 2 for word in text.split()):
        assert " ".join(lines).split() == text.split()


def test_a_cut_shows_head_and_tail():
    assert cut("short", 10) == "short"
    assert cut("abcdefghij", 7) == "abc…hij"


def test_the_first_few_of_many_say_how_many_more_there_are():
    assert first_few([]) == ""
    assert first_few(["a", "b"]) == "a, b"
    assert first_few([f"q{k}" for k in range(9)]).endswith("q7 and 1 more")
    assert first_few(["- a", "+ b", "+ c"], 2, " ") == "- a + b and 1 more"
