"""Functions of the user's own: what they raise is an error of the package that says whose it is."""

import numpy as np
import pytest

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from stattools.interface.own_functions import called

TABLE = {"y": [0.3, 1.9, 1.2, 3.1, 2.2, 4.9, 3.0, 5.4], "x": range(8)}


class Broken(Exception):
    """An error of the user's own."""


def breaks(*given, **named):
    raise Broken("not today")


def breaks_later(count):
    """A function of theta that raises from its call of that number on."""
    calls = []

    def loglik(theta):
        calls.append(theta)
        if len(calls) > count:
            raise Broken("not today")
        return -float(theta @ theta)

    return loglik


def own(**answers):
    return st.likelihood(
        "Normal", lambda y, m: -0.5 * (y - m) ** 2, parameters={"m": "identity"}, outcome="real", **answers
    )


CALLS = {
    "function": lambda: st.fit(st.ols("y ~ x", TABLE)).function(breaks),
    "posterior": lambda: st.posterior(st.ols("y ~ x", TABLE), seed=1, draws=20).function(breaks),
    "predictive_check": lambda: st.predictive_check(st.posterior(st.ols("y ~ x", TABLE), seed=1, draws=20), breaks),
    "custom": lambda: st.custom(breaks, start=[1.0]),
    "custom, in the climb": lambda: st.fit(st.custom(breaks_later(6), start=[1.0])),
    "custom, score": lambda: st.fit(st.custom(lambda t: -float(t @ t), score=breaks, start=[1.0])),
    "likelihood": lambda: st.regression(
        "y ~ x", TABLE, st.likelihood("Own", breaks, parameters={"m": "identity"}, outcome="real")
    ),
    "likelihood, mean": lambda: st.fit(st.regression("y ~ x", TABLE, own(mean=breaks))).predict(),
    "fit_many": lambda: st.fit_many("y ~ x", TABLE | {"g": [0, 1] * 4}, by="g", model=breaks),
    "sensitivity": lambda: st.prior_sensitivity(
        st.posterior(st.binomial(6, 10), prior=st.Beta(1, 1)), strengths=[2.0, 9.0], conclusion=breaks
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_what_it_raises_is_wrapped(name):
    with pytest.raises(DomainError, match=r"raised Broken: not today\. ") as told:
        CALLS[name]()
    assert isinstance(told.value.__cause__, Broken)


def test_errors_of_the_package_pass_and_so_does_an_interrupt():
    def refuse(_):
        raise IncompatibleError("as it is")

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(IncompatibleError, match=r"^as it is$"):
        called("who", refuse, 1)
    with pytest.raises(KeyboardInterrupt):
        called("who", stop, 1)


def test_numbers_that_are_not_finite_come_back_without_a_warning():
    with np.errstate(all="raise"):
        assert np.isnan(called("who", np.log, -1.0))
        assert np.isinf(called("who", np.exp, 1e4))
