"""A log-likelihood of the user is told by its parameters."""

import pytest

import stattools as st
from stattools.reporting import sentences


def test_a_custom_likelihood_is_told_by_its_parameters():
    fit = st.fit(st.custom(lambda t: -0.125 * float((t[0] - 2.0) ** 2), start={"a": 1.0}, title="A * b"))
    assert sentences.conclusion(fit) == r"A \* b is highest at `a` = 2.00 (-1.92 to 5.92), with 95 % Wald intervals."
    assert "the only one" not in sentences.certificate(fit)


def test_a_bound_is_named():
    fit = st.fit(st.custom(lambda a, b: -(a**2) - b, start={"a": 1.0, "b": 1.0}, bounds={"b": (0, None)}))
    assert "b = 0 (its bound)" in st.sentences(fit)[0]
    assert "'b' is at its bound 0" in sentences.certificate(fit)
    with pytest.raises(st.IncompatibleError, match="'b' is on its bound"):
        st.validate(fit)


def test_validate_compares_the_errors_of_the_information():
    rows = st.custom(lambda a: -((a - [1.0, 2.0, 4.0]) ** 2), start={"a": 1.0})
    with pytest.raises(st.IncompatibleError, match="got cov='HC0'"):
        st.validate(st.fit(rows, cov="HC0"))
    assert st.validate(st.fit(rows)).ok
