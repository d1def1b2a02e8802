"""The steps between printed numbers and the maximum that they claim: errors first, then the point, and back."""

from dataclasses import replace

import numpy as np
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.explaining.explain import steps_from_maximum, steps_to_maximum
from stattools.validation.foreign.reading import described

x = np.linspace(-2.0, 2.0, 60)
y = (np.sin(40.0 * x) + x > 0.0).astype(int)
fit, robust = st.fit(st.logistic(y, x)), st.fit(st.logistic(y, x), cov="HC0")


def printed(off, se):
    foreign = described(fit)
    return replace(foreign, numbers=foreign.numbers._replace(estimate=fit.estimate + off * fit.se, se=se))


def test_right_numbers_need_no_step():
    assert list(steps_to_maximum(described(fit), [])) == []


def test_errors_of_another_kind_and_a_loose_loop_are_two_steps():
    foreign = printed(2e-3, robust.se)
    first, second = steps_to_maximum(foreign, [])
    assert (first[0], second[0]) == ("standard errors of kind HC0", "not converged")
    assert first[3] is not None
    assert second[3] is not None
    assert_allclose(first[3].estimate, foreign.numbers.estimate)
    assert_allclose(first[3].se, fit.se, rtol=1e-2)
    assert_allclose(second[3].estimate, fit.estimate)
    back = list(steps_from_maximum(foreign, []))
    assert [step[0] for step in back] == ["not converged", "standard errors of kind HC0"]
    assert back[0][3] is not None
    assert_allclose(back[0][3].se, first[3].se)
    assert back[-1][3] is foreign.numbers


def test_a_loose_loop_alone_is_one_step():
    (only,) = steps_to_maximum(printed(2e-3, fit.se), [])
    assert only[0] == "not converged"
