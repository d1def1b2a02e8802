"""Which rows a coefficient compares, and what the other columns do meanwhile."""

import numpy as np

import stattools as st
from stattools.reporting.sentences import conclusion
from tests.reporting.test_quotations import data


def test_levels_are_compared_with_their_reference():
    said = st.sentences(st.fit(st.ols("z ~ C(r) + g", data)))
    assert "for r 2 against r 1" in said[0]
    assert "for g b against g a" in said[2]
    assert all("the other columns held fixed" in sentence for sentence in said)


def test_zeros_and_ones_are_told_as_a_contrast():
    table = data.assign(flag=data["g"] == "b", one=1.0 * (data["g"] == "b"))
    for name in ("flag", "one"):
        for model in (st.ols(f"z ~ {name}", table), st.softmax(f"c ~ {name}", table)):
            assert f" for {name} 1 against {name} 0 (" in st.sentences(st.fit(model))[0]
    assert "`one` `1` against `one` `0`" in conclusion(st.fit(st.logistic("y ~ one", table)))


def test_a_product_changes_the_effect_of_one_column_with_the_other():
    fit = st.fit(st.logistic("y ~ x * C(r)", data))
    x, two, three, product, _ = st.sentences(fit)
    assert x.endswith(", where r is 1.")
    assert two.endswith(", where x is 0.")
    assert product.startswith("The factor by which x multiplies the odds that y is yes is ")
    assert " for r 2 against r 1 (" in product
    added = st.sentences(st.fit(st.ols("z ~ x * g", data)))[-1]
    assert added.startswith("The effect of x on the mean of z is ")
    assert " for g b against g a (" in added
    assert three.startswith("The odds that y is yes are ")


def test_levels_with_colons_and_brackets_are_read_whole():
    odd = data.assign(g=np.where(data["g"] == "a", "a:b]", "x[T.1]:y"))
    *_, product = st.sentences(st.fit(st.ols("z ~ g * x", odd)))
    assert "g (x[T.1]:y against a:b])" in product
    assert "per unit of x" in product


def test_a_column_that_is_in_other_terms_cannot_move_alone():
    for sentence in st.sentences(st.fit(st.ols("z ~ x + I(x ** 2)", data))):
        assert sentence.endswith("; x is in other terms too, so that this is not all it does.")
        assert "held fixed" not in sentence


def test_whole_numbers_of_a_column_of_decimals_are_said_without_a_zero():
    steps = data.assign(step=np.resize([1.0, 2.0, 3.5], len(data)))
    low, high = st.sentences(st.fit(st.ols("z ~ C(step)", steps)))
    assert " for step 2 against step 1 " in low
    assert " for step 3.5 against step 1 " in high
