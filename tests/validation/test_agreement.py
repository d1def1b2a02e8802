"""How an agreement is printed, and how its digits are counted."""

import numpy as np
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.verdict import agreeing_digits
from tests.validation.test_validate import frame


def test_the_faces_of_an_agreement():
    check = st.validate(st.fit(st.logistic("b ~ x", frame())))
    text = check.markdown()
    heads = [cell.strip() for cell in text.splitlines()[2].strip("|").split("|")]
    assert heads == ["", "estimate", "reference", "digits", "se", "reference se", "digits"]
    assert "| x " in text
    assert "≥ 10" in str(check)
    assert "(digits: ≥ 10)" in check.sentence


def test_agreeing_digits():
    assert_allclose(
        agreeing_digits([100.0, 1.0, 0.0, 1e-3, np.pi], [100.1, 2.0, 0.0, 0.0, np.pi]),
        [3, 0.30103, 16, 3, 16],
        atol=1e-3,
    )
