"""Improper priors answer as limits do: they are updated, and have neither mean nor draws."""

import pytest

import stattools as st


def test_data_that_make_it_proper_give_the_posterior():
    prior = st.Beta.haldane()
    assert (prior.a, prior.b, prior.prior) == (0.0, 0.0, prior)
    found = prior.update(st.binomial(3, 10))
    assert (found.a, found.b) == (3.0, 7.0)
    assert repr(prior) == "Improper(Beta(0, 0): Haldane's prior)"


def test_data_that_leave_it_improper_are_refused():
    with pytest.raises(st.DomainError, match=r"Haldane's prior, Beta\(0, 0\), with .* has an improper posterior"):
        st.Beta.haldane().update(st.binomial(10, 10))


def test_what_only_a_distribution_has_is_refused_by_name():
    with pytest.raises(st.DomainError, match="is improper: its mass is infinite, and its interval is not defined"):
        st.Beta.haldane().interval  # noqa: B018
    with pytest.raises(AttributeError):
        st.Beta.haldane().nothing  # noqa: B018


@pytest.mark.parametrize("ask", [st.validate, lambda prior: st.report(prior, to="reports/none")])
def test_neither_a_check_nor_a_report_takes_what_has_no_mass(ask):
    with pytest.raises(
        st.DomainError, match=r"Haldane's prior, Beta\(0, 0\), is improper: .* its table is not defined"
    ):
        ask(st.Beta.haldane())
