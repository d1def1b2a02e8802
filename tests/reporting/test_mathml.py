import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given

import stattools
from stattools.errors import IncompatibleError
from stattools.reporting.html import formula, mathml
from tests.reporting.hostile import TEXT

ROOT = Path(stattools.__file__).parents[1]


def formulas():
    """Every formula of the committed reports."""
    for report in sorted((ROOT / "reports").glob("*.md")):
        words = re.sub(r"```.*?```", "", report.read_text(encoding="utf-8"), flags=re.DOTALL)
        yield from re.findall(r"\$\$\n(.*?)\n\$\$", words, re.DOTALL)
        words = re.sub(r"\$\$\n.*?\n\$\$", "", words, flags=re.DOTALL)
        yield from re.findall(r"\$([^$\n]+)\$", re.sub(r"`[^`]*`|&#36;", "", words))


def test_every_formula_of_the_reports_converts():
    found = set(formulas())
    assert len(found) > 100
    for tex in found:
        ElementTree.fromstring(mathml(tex))


def test_a_block_says_so_and_keeps_its_source_for_readers():
    root = ElementTree.fromstring(mathml(r"a < \frac{1}{2}", block=True))
    assert root.attrib == {"display": "block", "alttext": r"a < \frac{1}{2}"}


def test_a_function_stands_apart_from_its_argument_but_not_from_a_bracket():
    assert '<mo form="prefix" lspace="0.17em" rspace="0.17em">log</mo><msub>' in mathml(r"y \log p_i")
    assert '<mo form="prefix" lspace="0.17em" rspace="0">log</mo><mo' in mathml(r"\log(1 - p)")


@pytest.mark.parametrize(
    "tex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\href{javascript:alert(1)}{x}",
        r"\style{color:red}{x}",
        r"\unknown x",
        r"\frac{1}{",
        "a & b",
        "^",
    ],
)
def test_what_is_not_a_plain_formula_is_shown_as_its_source(tex):
    with pytest.raises(IncompatibleError):
        mathml(tex)
    assert formula(tex).startswith('<code class="tex">')
    assert "<script" not in formula(tex)


@given(TEXT)
def test_any_tex_is_well_formed(tex):
    root = ElementTree.fromstring(formula(tex).replace("\ufffe", "").replace("\uffff", ""))
    assert root.tag.endswith(("math", "code"))


def test_a_distribution_has_its_sign_and_infinity_is_no_operator():
    assert "<mo>&#x0223C;</mo>" in mathml(r"y \sim N(0, 1)")
    assert "<mi>&#x0221E;</mi>" in mathml(r"\eta \to -\infty")
