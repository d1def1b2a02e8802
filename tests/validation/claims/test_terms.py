import pytest

from stattools.validation.claims.terms import canonical, keys, split_label

SAME = [
    ("(Intercept)", "_cons", "const", "Intercept", "Constant"),
    ("race[T.2]", "2.race", "race2", "factor(race)2", "as.factor(race)2", "C(race)[T.2]", "race=2", "race[T.2.0]"),
    ("C(race, Treatment(1))[T.2]", "race2", "2b.race", "C(race, Treatment('a'))[T.2]"),
    ("age:smoke[T.1]", "smoke1:age", "1.smoke#c.age", "c.age#1.smoke", "C(smoke)[T.1] \N{MULTIPLICATION SIGN} age"),
    ("log(x)", "np.log(x)", "ln(x)", "Log(x)"),
    ("I(x ** 2)", "I(x^2)", "c.x#c.x", "x**2"),
    ("poly(x, 2)[1]", "poly(x, 2)1"),
    ("/lnalpha", "ln_alpha", "lnalpha"),
    ("/cut1", "cut1", "cut1:_cons"),
    ("log scale", "Log(scale)", "log(scale)"),
]


@pytest.mark.parametrize("names", SAME, ids=lambda names: names[0])
def test_one_term_in_many_languages(names):
    assert len({canonical(name) for name in names}) == 1


def test_what_is_another_term():
    names = [
        "x",
        "log(x)",
        "x**2",
        "x:z",
        "race2",
        "race3",
        "1.race",
        "z",
        "poly(x, 2)2",
        "poly(x, 2)1",
        "cut1",
        "cut2",
    ]
    assert len({canonical(name) for name in names}) == len(names)


def test_units_and_labels():
    assert keys("Age (years)")[3:] == ("age",)
    assert keys("Age, years")[3:] == ("age",)
    assert split_label("y=2: x") == ("2", "x")
    assert split_label("a:b") is None
