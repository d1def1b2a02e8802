"""A log-likelihood of the user is told by its parameters."""

import stattools as st
from stattools.reporting import sentences


def test_a_custom_likelihood_is_told_by_its_parameters():
    fit = st.fit(st.custom(lambda t: -0.125 * float((t[0] - 2.0) ** 2), start={"a": 1.0}, title="A * b"))
    assert sentences.conclusion(fit) == r"A \* b is highest at `a` = 2.00 (-1.92 to 5.92), with 95 % Wald intervals."
    assert "unique" not in sentences.certificate(fit)
