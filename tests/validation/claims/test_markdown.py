import pytest

from stattools.validation.claims.reading import read_claim

RATIOS = """Table 2. Low birth weight

| | OR (95% CI) | p |
|:--|--:|--:|
| Age (years) | 0.97 (0.91\N{EN DASH}1.05) | .46 |
| **Race** | | |
| &nbsp;&nbsp;White | 1.00 (ref.) | |
| &nbsp;&nbsp;Black | 3.53 (1.26\N{EN DASH}9.92) | .016 |
| Smoker\N{DAGGER} | 2.52* (1.15\N{EN DASH}5.52) | < .001 |

N = 189; log-likelihood = \N{MINUS SIGN}100.7. \N{DAGGER} during pregnancy
"""
MODELS = """| | Model 1 | Model 2 |
|---|---|---|
| x | 0.486*** (0.104) | 0.417** (0.147) |
| z | | \N{MINUS SIGN}0.105 (0.187) |
| Observations | 1,120 | 1,100 |

Note: standard errors in parentheses. *p<0.05
"""


def test_ratios_with_their_intervals():
    claim = read_claim(RATIOS)
    assert claim.terms == ("Age (years)", "Race: Black", "Smoker\N{DAGGER}")
    assert claim.columns["estimate"].value.tolist() == [0.97, 3.53, 2.52]
    assert claim.columns["upper"].value.tolist() == [1.05, 9.92, 5.52]
    assert claim.columns["p"].half == pytest.approx([0.005, 0.0005, 0.0005])
    assert claim.said == {"exponentiated": "OR", "level": "0.95"}
    assert {name: float(fact.value) for name, fact in claim.facts.items()} == {"n": 189, "loglik": -100.7}


def test_models_side_by_side():
    claim = read_claim(MODELS, column="Model 2")
    assert claim.terms == ("x", "z")
    assert claim.columns["estimate"].value.tolist() == [0.417, -0.105]
    assert claim.columns["se"].value.tolist() == [0.147, 0.187]
    assert claim.facts["n"].value == 1100
    assert read_claim(MODELS, column=1).terms == ("x",)


def test_bars_within_headings():
    claim = read_claim("| | Estimate | Pr(>|t|) |\n|---|---|---|\n| `x` | 0.5 | 0.1 |\n")
    assert (claim.terms, claim.columns["p"].value) == (("x",), [0.1])
    assert claim.said == {"statistic": "t"}
