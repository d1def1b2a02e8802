from stattools.validation.claims.reading import read_claim
from stattools.validation.conventions.state import rows_of

NAMES = ("Intercept", "x", "g[T.b]", "g[T.c]")


def _rows(claimed, names=NAMES, **said):
    found = rows_of(read_claim(dict.fromkeys(claimed, 1.0)), names, **said)
    return None if found is None else found.tolist()


def test_rows_are_placed_by_their_words():
    assert _rows(["x", "gc", "gb", "_cons"]) == [1, 3, 2, 0]


def test_rows_that_no_words_place_are_taken_in_their_order():
    assert _rows(["(Intercept)", "x", "g1", "g2"], ("Intercept", "x", "g[S.a]", "g[S.b]")) == [0, 1, 2, 3]
    assert _rows(["(Intercept)", "x", "gd"], ("Intercept", "x", "g[S.a]", "g[S.b]")) is None


def test_the_name_of_another_reference_level_is_none_of_the_model():
    assert _rows(["x", "ga", "gb", "gc"]) is None


def test_callers_say_what_words_do_not():
    assert _rows(["age", "gb", "gc"], terms={"age": "x"}) == [1, 2, 3]


def test_parameters_beside_the_coefficients_are_passed_over():
    assert _rows(["x", "gb", "gc", "sigma"]) == [1, 2, 3, -1]
