"""Functions of the user's own: what they raise is an error of the package that says whose it is."""

import numpy as np
import pytest

import stattools as st
from stattools.errors import FunctionError, IncompatibleError
from stattools.interface.arguments import called

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
    with pytest.raises(FunctionError, match=r"raised Broken: not today\. ") as told:
        CALLS[name]()
    assert isinstance(told.value.__cause__, Broken)


class BreaksOnce:
    """Normal outcomes, whose log-likelihood raises an error when it is called for the time of that number, and never
    again: a search that takes it for a point which does not count goes on as if nothing were.
    """

    def __init__(self, at=0):
        self.at, self.calls = at, 0

    def __call__(self, y, m, s):
        self.calls += 1
        if self.calls == self.at:
            raise Broken("not today")
        return -0.5 * ((y - m) / s) ** 2 - np.log(s)

    def regression(self, formula, table):
        own = st.likelihood("Own", self, parameters={"m": "identity", "s": "log"}, outcome="real")
        return st.regression(formula, table, own)


def grouped(n=60):
    g = np.random.default_rng(3)
    table = {"x": g.normal(size=n), "g": np.repeat(np.arange(n // 5), 5), "h": np.tile(np.arange(10), n // 10)}
    return table | {"y": 1 + table["x"] + g.normal(size=n // 5)[table["g"]] + 0.5 * g.normal(size=n)}


SEARCHES = {
    "quadrature": lambda own: st.fit(own.regression("y ~ x + (1 | g)", grouped())),
    "Laplace": lambda own: st.fit(own.regression("y ~ x + (1 | g) + (1 | h)", grouped())),
    "a sample of the rows first": lambda own: st.fit(own.regression("y ~ x", grouped(20_000))),
    "posterior": lambda own: st.posterior(own.regression("y ~ x", grouped()), seed=1, draws=10, chains=2),
    "bootstrap": lambda own: st.bootstrap(st.fit(own.regression("y ~ x", grouped())), draws=5, seed=1),
    "fit_many": lambda own: st.fit_many("y ~ x", grouped(), by="h", model=own.regression),
    "cross_validate": lambda own: st.cross_validate(own.regression("y ~ x", grouped()), seed=1),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SEARCHES)
def test_no_search_takes_it_for_a_point_that_does_not_count(name):
    whole = BreaksOnce()
    SEARCHES[name](whole)
    for share in (0.02, 0.1, 0.35, 0.6, 0.8, 0.95):
        with pytest.raises(FunctionError, match=r"raised Broken: not today\. ") as told:
            SEARCHES[name](BreaksOnce(int(1 + share * whole.calls)))
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
