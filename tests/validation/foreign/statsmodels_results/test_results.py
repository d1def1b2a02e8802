"""Which models of statsmodels are read, and why others are not."""

import pytest

import stattools as st
from stattools.errors import IncompatibleError
from tests.validation.explaining.test_audit import C, quantity, sm


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: sm.GLS(quantity, C), "GLS: it whitens"),
    ],
)
def test_refusals(make, words):
    with pytest.raises(IncompatibleError, match=words):
        st.audit(make().fit())
