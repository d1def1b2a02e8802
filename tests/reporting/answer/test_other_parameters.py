"""Formulas of other parameters stand in the box and in the results."""

import numpy as np
import pytest

import stattools as st
from stattools.reporting.answer.basis import basis_of
from stattools.reporting.answer.box import besides, box
from stattools.reporting.answer.other_parameters import other_parameters
from stattools.reporting.answer.results import results

G = np.random.default_rng(4)
N = 250
FRAME = {"x": G.normal(size=N), "z": G.normal(size=N), "g": np.array(["a", "b", "c"])[np.arange(N) % 3]}
MEAN, ALPHA = np.exp(1.0 + 0.4 * FRAME["x"]), np.exp(-1.0 + FRAME["z"])
FRAME["k"] = G.negative_binomial(1.0 / ALPHA, 1.0 / (1.0 + ALPHA * MEAN))
FRAME["few"] = np.where(G.random(N) < 1.0 / (1.0 + np.exp(1.0 - FRAME["z"])), 0, G.poisson(MEAN))
FRAME["cost"] = G.gamma(2.0, MEAN)


@pytest.fixture(scope="module")
def counts():
    return st.fit(st.negative_binomial("k ~ x", FRAME, dispersion="~ z + g"))


def test_the_box_tells_them_after_the_first(counts):
    row = np.exp(counts.table().set_index("term").loc["log alpha: z"])
    said = box(basis_of(counts)).sentences[2]
    ends = f"{row.estimate:.1f} times as high (95 % interval: {row.lower:.1f} to {row.upper:.1f} times as high)"
    assert said.startswith(
        f"In the formula of `log alpha`, the overdispersion `alpha` is {ends} per unit of `z`; the data show no clear "
        "effect of `g` (χ²(2) = "
    )


def test_their_tests_are_those_of_the_coefficients(counts):
    (alpha,) = other_parameters(counts)
    assert [one.term for one in alpha.terms] == ["z", "g"]
    assert alpha.terms[1].p_value == counts.test(["log alpha: g[T.b]", "log alpha: g[T.c]"]).p_value


def test_the_results_have_a_table_of_each(counts):
    first, second, *_ = results(basis_of(counts))[0].blocks
    assert [row[0] for row in first.rows if row[0]] == ["`x`"]
    assert [row[0] for row in second.rows if row[0]] == ["`z`", "`g`"]
    assert second.header[2] == "ratio"
    assert second.caption.startswith("The formula of `log alpha`, for the overdispersion `alpha`. Ratios, each with ")


def test_the_odds_of_a_zero():
    inflated = st.fit(st.zero_inflated("few ~ x", FRAME, zero="~ z"))
    assert besides(inflated)[0].startswith("In the formula of `zero`, the odds of an extra zero are ")
    hurdle = st.fit(st.hurdle("few ~ x", FRAME, zero="~ z"))
    assert besides(hurdle)[0].startswith("In the formula of `zero`, the odds of a zero are ")


def test_a_mean_alone_has_them_too_and_ratios_of_means_are_no_meanss():
    alone = st.fit(st.gamma("cost ~ 1", FRAME, dispersion="~ z"))
    (table, *_) = results(basis_of(alone))[0].blocks
    assert table.rows[0][0] == "`z`"
    both = st.fit(st.gamma("cost ~ x", FRAME, dispersion="~ z"))
    assert results(basis_of(both))[0].blocks[0].caption == "Ratios of means, each with an interval of its own."


def test_a_regression_with_one_formula_has_none():
    assert besides(st.fit(st.ols("cost ~ x", FRAME))) == []
