import numpy as np
import pytest

import stattools as st
from stattools.errors import DomainError
from stattools.validation.claims.reading import read_claim
from stattools.validation.claims.terms import known_places, nearest, places

RNG = np.random.default_rng(3)
TABLE = {
    "y": RNG.integers(0, 3, 40),
    "x": RNG.normal(size=40),
    "g": np.tile([1, 2, 3, 1], 10),
    "smoke": np.tile(["no", "yes"], 20),
    "c": RNG.poisson(2, 40),
}
OLS = st.ols("y ~ x + C(g)", TABLE)


def placed(model, *names, **options):
    return places(read_claim(dict.fromkeys(names, "0.5")), model.names, **options).ours.tolist()


@pytest.mark.parametrize(
    "names",
    [
        ("(Intercept)", "x", "factor(g)2", "factor(g)3"),
        ("_cons", "x", "2.g", "3.g"),
        ("Constant", "X", "g = 2", "g: 3"),
        ("const", "x (in units)", "G_2", "g (3)"),
    ],
)
def test_terms_of_other_languages(names):
    assert placed(OLS, *names) == [0, 1, 2, 3]
    assert placed(OLS, *names[::-1]) == [3, 2, 1, 0]


def test_thresholds_classes_and_logarithms():
    assert placed(st.ordinal("y ~ x", TABLE), "x", "/cut1", "cut2") == [0, 1, 2]
    assert placed(st.ordinal("y ~ x", TABLE), "x", "0|1", "1|2") == [0, 1, 2]
    softmax = st.softmax("y ~ x", TABLE)
    assert placed(softmax, "2: x", "y=1: const", "1: x", "2: _cons") == [3, 0, 1, 2]
    counts = st.negative_binomial("c ~ x", TABLE)
    found = places(read_claim({"/lnalpha": "0.5", "alpha": "1.6"}), counts.names)
    assert found.ours.tolist() == [2, 2]
    assert found.shown == ("", "exp")
    zero = st.zero_inflated("c ~ x", TABLE, zero="~ x")
    assert placed(zero, "count: x", "inflate: x", "zero: (Intercept)") == [1, 3, 2]


def test_a_variable_with_one_coefficient():
    model = st.ols("y ~ x + smoke", TABLE)
    assert placed(model, "smokeyes", "Intercept", "x") == [2, 0, 1]
    assert known_places(read_claim({"smokeno": 1.0}), model.names).ours.tolist() == [-1]
    numeric = st.ols("y ~ c", TABLE)
    assert placed(numeric, "cTRUE") == placed(numeric, "1.c") == placed(numeric, "c[T.True]") == [1]


def test_interactions_powers_and_levels_alone():
    table = TABLE | {"race": np.tile(["black", "other", "white", "other"], 10)}
    model = st.ols("y ~ c*smoke + race + I(x**2) + log(c + 1)", table)
    names = list(model.names)
    theirs = [
        "1.smoke#c.c",
        "smokeyes:c",
        "x\N{SUPERSCRIPT TWO}",
        "x squared",
        "c.x#c.x",
        "White",
        "race: other",
        "log(c + 1)",
    ]
    ours = ["c:smoke[T.yes]"] * 2 + ["I(x ** 2)"] * 3 + ["race[T.white]", "race[T.other]", "log(c + 1)"]
    assert [names[placed(model, name)[0]] for name in theirs] == ours
    assert known_places(read_claim({"x2": 1.0, "c^2": 2.0, "blue": 3.0}), model.names).ours.tolist() == [-1, -1, -1]
    with pytest.raises(DomainError, match=r"may be several of the model's: 'race\[T.other\]', 'race\[T.white\]'"):
        placed(model, "race")


def test_columns_of_a_basis_counted_from_0():
    model = st.ols("y ~ poly(x, 2)", TABLE)
    assert placed(model, "poly(x, 2)[0]", "poly(x, 2)[1]") == [1, 2]
    assert placed(model, "poly(x, degree = 2)1", "poly(x, 2)2") == [1, 2]


def test_what_is_unknown_is_asked_for_or_left():
    with pytest.raises(DomainError, match=r"'g4', which is none of the model's: 'Intercept', 'x'.*terms="):
        placed(OLS, "g4")
    assert nearest("x13", [f"x{k}" for k in range(20)]).endswith("and 14 others")
    assert known_places(read_claim({"g4": 1.0, "x": 2.0}), OLS.names).ours.tolist() == [-1, 1]
    assert placed(OLS, "the slope", "g4", terms={"the slope": "x", "g4": "C(g)[T.3]"}) == [1, 3]


@pytest.mark.parametrize(
    "names, terms, said",
    [
        (("x", "X "), None, "names a term twice"),
        (("x",), {"z": "x"}, "terms names 'z'"),
        (("x",), {"x": "z"}, "terms names 'z', and the model has"),
        (("x",), "x", "terms is a dict"),
    ],
)
def test_words_that_cannot_be_followed(names, terms, said):
    with pytest.raises(DomainError, match=said):
        placed(OLS, *names, terms=terms)


def test_several_that_a_term_may_be():
    model = st.ols("y ~ a_b + ab", {"y": RNG.normal(size=9), "a_b": RNG.normal(size=9), "ab": RNG.normal(size=9)})
    assert placed(model, "ab", "a_b") == [2, 1]
    with pytest.raises(DomainError, match="may be several"):
        placed(model, "a.b")


def test_classes_that_a_page_numbers_are_those_of_the_model_in_order():
    labels = {"who": np.tile(["low", "mid", "top", "mid"], 10), "x": TABLE["x"]}
    model = st.softmax("who ~ x", labels)
    assert placed(model, "1: const", "1: x", "2: const", "2: x") == [0, 1, 2, 3]
    assert placed(model, "2: x", "3: x") == [1, 3]
    with pytest.raises(DomainError, match="none of the model's"):
        placed(model, "1: x", "2: x", "3: x")  # more numbers than classes
    assert placed(st.softmax("y ~ x", TABLE), "2: x", "1: x") == [3, 1]  # by their own numbers
