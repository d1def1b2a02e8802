import pytest

from stattools.errors import DomainError
from stattools.validation.claims.reading import read_claim

PAGE = """<style>td {x: 1}</style><p>Table 1</p><table><caption>OLS of y</caption><thead>
<tr><th rowspan=2>Variable</th><th colspan=3>Model A</th><th colspan=3>Model B</th></tr>
<tr><th>B</th><th>SE</th><th>p</th><th>B</th><th>SE</th><th>p</th></tr></thead><tbody>
<tr><td>(Intercept)</td><td>1.05<sup>***</sup></td><td>0.14</td><td>&lt;0.001</td><td>1.1</td><td>0.17</td><td>0.01</td></tr>
<tr><td>x</td><td>&minus;0.49<sup>a</sup></td><td>0.10</td><td>&lt;0.001</td><td>0.42</td><td>0.15</td><td>0.005</td></tr>
</tbody><tfoot><tr><td colspan=7>Robust (HC1) standard errors. N = 1,120.</td></tr></tfoot></table>"""
BELOW = """<table><tr><th></th><th>(1)</th></tr><tr><td>x</td><td>0.5<br>(0.1)</td></tr>
<tr><td>z</td><td>0.25**</td></tr><tr><td></td><td>(0.2)</td></tr></table><p>Standard errors in parentheses</p>"""


def test_models_under_headings_that_span_columns():
    claim = read_claim(PAGE, column="Model A")
    assert claim.terms == ("(Intercept)", "x")
    assert claim.columns["estimate"].value.tolist() == [1.05, -0.49]
    assert claim.columns["se"].value.tolist() == [0.14, 0.10]
    assert claim.columns["p"].value.tolist() == [0.0005, 0.0005]
    assert claim.said == {"covariance": "Robust (HC1) standard errors"}
    assert claim.facts["n"].value == 1120
    assert read_claim(PAGE, column=2).columns["p"].value.tolist() == [0.01, 0.005]


def test_errors_below_the_estimates():
    claim = read_claim(BELOW)
    assert claim.columns["estimate"].value.tolist() == [0.5, 0.25]
    assert claim.columns["se"].value.tolist() == [0.1, 0.2]


SPANNED = """<table><tr><th>&nbsp;</th><th colspan="3">y</th></tr>
<tr><td>Predictors</td><td>Estimates</td><td>CI</td><td>p</td></tr>
<tr><td>x</td><td>&#45;0.49</td><td>&#45;0.69&nbsp;&ndash;&nbsp;&#45;0.28</td><td><strong>&lt;0.001</strong></td></tr>
<tr><td>Observations</td><td colspan="3">120</td></tr>
<tr><td>R<sup>2</sup> / R<sup>2</sup> adjusted</td><td colspan="3">0.173 / 0.152</td></tr></table>"""


def test_single_numbers_that_span_all_columns():
    claim = read_claim(SPANNED)
    assert (claim.terms, claim.columns["lower"].value, claim.columns["upper"].value) == (("x",), [-0.69], [-0.28])
    assert claim.facts["n"].value == 120


def test_a_page_without_rows():
    with pytest.raises(DomainError, match="has none"):
        read_claim("<table>\n</table>")
