"""The table of all terms, adjusted means, contrasts and their figures."""

import numpy as np
import pytest

import stattools as st
from stattools.reporting.answer.basis import basis_of
from stattools.reporting.answer.results import results
from stattools.reporting.document import Figure, Table, walk
from tests.reporting.answer.planted import table

FRAME = table()


def blocks(fit, kind):
    return [block for block in walk(results(basis_of(fit))) if isinstance(block, kind)]


def test_all_terms_stand_in_one_table_and_factors_have_means_and_contrasts():
    fit = st.fit(st.poisson("count ~ x + g", FRAME))
    terms, means, pairs = blocks(fit, Table)
    assert terms.rows[0][:2] == ("`x`", "per unit of `x`")
    assert terms.rows[1][1].endswith("of `x`, its interquartile range")
    assert [row[1] for row in terms.rows][2:] == [
        "all levels together",
        "`g` `b` against `g` `a`",
        "`g` `c` against `g` `a`",
    ]
    ratio = fit.table(exponentiate=True).iloc[1]
    assert float(terms.rows[0][2]) == pytest.approx(ratio.estimate, abs=0.01)
    assert terms.header[2] == "rate ratio"
    assert [row[0] for row in means.rows] == ["`a`", "`b`", "`c`"]
    assert float(means.rows[1][1]) == pytest.approx(fit.means("g").estimate[1], rel=0.01)
    tukey = fit.contrasts("g", adjust="tukey", ratio=True, over="grid")
    assert [row[0] for row in pairs.rows] == ["`b` against `a`", "`c` against `a`", "`c` against `b`"]
    assert float(pairs.rows[0][1]) == pytest.approx(tukey.estimate[0], abs=0.01)


def test_the_table_is_drawn_from_what_the_conclusion_is():
    quasi = blocks(st.fit(st.poisson("spread ~ x + g", FRAME)), Table)[0]
    assert quasi.caption.endswith("Intervals and tests rest on quasi standard errors.")


def test_the_figures_show_means_over_data_and_ratios():
    assert [figure.name for figure in blocks(st.fit(st.logistic("event ~ x + g", FRAME)), Figure)] == [
        "effects",
        "ratios",
    ]
    assert [figure.name for figure in blocks(st.fit(st.ols("y ~ x + g", FRAME)), Figure)] == ["effects"]


def test_a_ridge_has_a_table_without_intervals():
    (terms,) = blocks(st.fit(st.ols("y ~ x + g", FRAME), penalty=st.Ridge(1.0)), Table)
    assert terms.header == ("term", "what is compared", "difference")


def test_an_intercept_alone_has_no_results():
    assert results(basis_of(st.fit(st.ols("y ~ 1", FRAME)))) == ()


def test_categories_have_a_column():
    frame = FRAME.assign(kind=np.array(list("uvw"))[np.arange(len(FRAME)) % 3])
    terms = blocks(st.fit(st.softmax("kind ~ x", frame)), Table)[0]
    assert terms.header[:3] == ("term", "category", "what is compared")
