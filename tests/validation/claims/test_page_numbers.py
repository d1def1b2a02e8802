"""Every number of a printed page is checked, or named as not checked."""

import re

import pytest

import stattools as st
from stattools.errors import StattoolsError
from stattools.validation.claims.page_numbers import left_over
from stattools.validation.claims.reading import read_claim
from stattools.validation.explaining import claim_audit as claimed
from stattools.validation.explaining.claim_causes import Verdict
from tests.validation.claims.printed_pages import MODELS, changed, numbers, page


@pytest.fixture(autouse=True)
def _no_search(monkeypatch):
    """What is wrong is not explained here, which takes seconds."""
    monkeypatch.setattr(claimed, "searched", lambda trial: Verdict((), solved=True))


@pytest.mark.parametrize("name", MODELS)
def test_a_page_of_r_is_right_and_says_of_how_many_numbers(name):
    found = st.audit(page(name), MODELS[name]())
    assert found.ok
    standing = found.standing
    assert len(list(numbers(page(name)))) == standing.total, list(numbers(page(name)))
    if standing.total > standing.count:
        assert f"{standing.count} of its {standing.total} numbers are checked and hold" in found.sentence
    for one in standing.claim.left:
        assert any(f"line {one.line} " in note and one.text in note for note in found.notes)


def test_thresholds_of_clm_are_rows():
    assert read_claim(page("clm")).terms == ("x", "zb", "zc", "low|mid", "mid|high")


def _is_found(name, model, text, number):
    """Whether a number that was changed is wrong, or named as not checked."""
    try:
        found = st.audit(text, model)
    except StattoolsError:  # it cannot be read any more
        return True
    told = " ".join(found.notes)
    return not found.ok or re.search(rf"(?<![\d.]){re.escape(number.lstrip('-'))}", told) is not None


NINE = [
    ("clm", "-1.0229", "-1.0329"),
    ("lmer", "0.3749", "0.3849"),
    ("lmer", "1.0265", "1.0365"),
    ("lmer", "-0.11\n", "-0.21\n"),
    ("coxph", "0.638", "0.648"),
    ("coxph", "test= 24.36", "test= 25.36"),
    ("coxph", "events= 83", "events= 84"),
    ("glm_nb", "Theta:  1.385", "Theta:  1.485"),
    ("survreg", "Scale= 0.737", "Scale= 0.747"),
]


@pytest.mark.parametrize("name, right, wrong", NINE)
def test_a_wrong_number_beside_the_coefficients_is_wrong(name, right, wrong):
    assert page(name).count(right) == 1
    assert not st.audit(page(name).replace(right, wrong), MODELS[name]()).ok


@pytest.mark.slow
@pytest.mark.parametrize("digit", [0, 1])
@pytest.mark.parametrize("name", MODELS)
def test_each_number_that_is_changed_by_one_digit_is_wrong_or_named(name, digit):
    text, model = page(name), MODELS[name]()
    for start, end in numbers(text):
        if text[:start].rstrip().endswith("<"):  # a larger bound is right too
            continue
        tampered, number = changed(text, start, end, digit, 3)
        assert _is_found(name, model, tampered, number), (text[start:end], number)


def test_what_is_no_result_is_not_named():
    page = (
        "R version 4.3.1, Tue, 01 Dec 2026 14:00:36, 2026-12-01\n\nCall:\nlm(formula = y ~ poly(x, 3) + I(x2 > 5),\n"
        "    data = d[1:20, ])\n\n            Estimate Std. Error  2.5 % 97.5 %\n(Intercept)  1.10  0.49 -0.46  2.66\n"
        "x2           2.00  0.20  1.36  2.64\n---\nSignif. codes:  0 '***' 0.001 '**' 0.01 '*' 0.05 '.' 0.1 ' ' 1\n\n"
        "95% confidence intervals. Of 12 rows 7 were dropped.\n"
    )
    assert [(one.line, one.text) for one in left_over(page, read_claim(page))] == [(13, "12"), (13, "7")]


STATA = """
. regress y x

      Source |       SS           df       MS      Number of obs   =         5
-------------+----------------------------------   F(1, 3)         =    100.00
       Model |        40.0         1        40.0   Prob > F        =    0.0021
    Residual |        1.2          3         0.4   R-squared       =    0.9709
-------------+----------------------------------   Adj R-squared   =    0.9612
       Total |        41.2         4        10.3   Root MSE        =    .63246

------------------------------------------------------------------------------
           y | Coefficient  Std. err.      t    P>|t|     [95% conf. interval]
-------------+----------------------------------------------------------------
           x |          2         .2    10.00   0.002     1.363511    2.636489
       _cons |        1.1    .489898     2.25   0.110    -.4590744    2.659074
------------------------------------------------------------------------------
"""
SMALL = {"y": [1.0, 3.0, 5.0, 8.0, 8.5], "x": [0.0, 1, 2, 3, 4]}
CSV = "term,estimate,std.error\n(Intercept),1.10,0.4899\nx,2.00,0.2000\n"


def test_stata_prints_variances_above_its_coefficients():
    found = st.audit(STATA, st.ols("y ~ x", SMALL))
    assert {"n", "r_squared", "adj_r_squared", "scale"} <= set(found.facts.fact)
    assert {one.line for one in found.standing.claim.left} <= {5, 6, 7, 9}


@pytest.mark.parametrize(
    "page, left",
    [
        (CSV + "DW = 1.93\n", ["1.93"]),
        (CSV + "N = NaN\n", ["NaN"]),
        (CSV + "Table 2 has 34 rows\n", ["34"]),
        ("| | coef | se | z9 |\n|--|--|--|--|\n| x | 2.00 | 0.20 | 3.1 |\n\nDW 1.93\n", ["3.1", "1.93"]),
        (
            (
                '<table border="1"><tr><th></th><th>coef</th><th>se</th></tr>'
                "<tr><td>x</td><td>2.00</td><td>0.20</td></tr>"
                "</table><p>N = 5, DW 1.93</p>\n"
            ),
            ["1.93"],
        ),
        (
            (
                "\\begin{tabular}{lcc}\n & coef & se \\\\ \\cmidrule{2-3}\n"
                "x & $2.00^{***}$ & 0.20 \\\\\n\\end{tabular}\n"
                "DW 1.93\n"
            ),
            ["1.93"],
        ),
        (
            '{"tidy": [{"term": "x", "estimate": 2.00, "std.error": 0.20}], "glance": {"nobs": 5, "DW": 1.93}}\n',
            ["1.93"],
        ),
    ],
)
def test_a_number_that_no_reader_takes_is_left_in_every_form(page, left):
    assert [one.text for one in read_claim(page).left] == left
    assert st.audit(page, st.ols("y ~ x", SMALL)).ok


def test_numbers_of_other_models_are_not_counted():
    page = "| | m1 | m2 |\n|--|--|--|\n| x | 2.00 | 3.1 |\n| | (0.20) | (0.4) |\n\nStandard errors in parentheses\n"
    assert read_claim(page, column="m1").left == ()
