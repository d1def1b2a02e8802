import pytest

from stattools.errors import DomainError
from stattools.validation.claims.reading import read_claim


def test_named_vectors_in_several_lines():
    call = "\nCall:\nlm(formula = y ~ x + g, data = d)\n\nCoefficients:\n"
    text = f"{call}(Intercept)     x  \n     1.05  0.48  \n       gb  \n    -0.25  \n\n"
    claim = read_claim(text)
    assert claim.terms == ("(Intercept)", "x", "gb")
    assert claim.columns["estimate"].value.tolist() == [1.05, 0.48, -0.25]
    assert claim.said["outcome"] == "y"


MATRICES = """Coefficients:
  (Intercept)    x
b       -0.54 0.33
c       -0.17 0.43

Std. Errors:
  (Intercept)    x
b        0.34 0.25
c        0.35 0.27

AIC: 263.5
"""


def test_matrices_of_classes():
    claim = read_claim(MATRICES)
    assert claim.terms == ("b: (Intercept)", "b: x", "c: (Intercept)", "c: x")
    assert claim.columns["se"].value.tolist() == [0.34, 0.25, 0.35, 0.27]
    assert claim.facts["aic"].value == 263.5
    with pytest.raises(DomainError, match="other terms"):
        read_claim(MATRICES.replace("x\nb        0.34", "z\nb        0.34"))


def test_a_series():
    assert read_claim("Intercept    0.25\nC(g)[T.b]   -0.50\ndtype: float64").terms == ("Intercept", "C(g)[T.b]")
