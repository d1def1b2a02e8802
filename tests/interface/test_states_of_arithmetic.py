"""Every model is fitted and asked whatever floating-point state the caller has set, and comes back from a pickle."""

import copy
import pickle

import numpy as np
import pytest

import stattools as st
from tests.cases import REGRESSIONS
from tests.interface.test_owned import asked, written
from tests.kinds import OF_ARRAYS, OF_TABLES, arrays, columns

KINDS = {name: lambda make=make: make(columns()) for name, make in OF_TABLES.items()}
KINDS |= {name: lambda make=make: make(arrays()) for name, make in OF_ARRAYS.items()}
BY_FAMILY = {case.name: lambda case=case: case.model("y ~ x + g", case.table()) for case in REGRESSIONS}


@pytest.fixture
def raising():
    with np.errstate(all="raise"):
        yield


def fits(model):
    """Fits of a model, or of its parts."""
    fit = st.fit(model)
    return getattr(fit, "fits", [fit])


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_answers_where_numbers_that_run_out_are_errors(name, raising):
    for fit in fits(KINDS[name]()):
        assert str(fit)
        assert str(fit.model)
        assert asked(fit)
        for question in ("loglik", "score", "evaluate"):
            if hasattr(fit.model, question):
                getattr(fit.model, question)(fit.estimate)


@pytest.mark.parametrize("name", BY_FAMILY)
def test_every_regression_is_fitted_where_numbers_that_run_out_are_errors(name, raising):
    for fit in fits(BY_FAMILY[name]()):
        assert str(fit)
        assert np.isfinite(fit.loglik)


def test_so_are_curves_posteriors_and_sums_of_evidence(raising):
    curves = st.kaplan_meier("survival(time, died) ~ g", columns())
    assert str(curves)
    assert np.isfinite(curves.quantile(0.1)["time"]).all()
    for make in (OF_TABLES["logistic"], OF_TABLES["linear_mixed"], OF_TABLES["aft"]):
        posterior = st.posterior(make(columns()), draws=40, chains=1, tune=50, seed=1)
        assert str(posterior)
        assert np.isfinite(posterior.function(lambda b: b["x"])["sd"]).all()
    assert str(st.posterior(st.coin(columns()["yes"]), prior=st.Beta(1, 1)))
    assert str(st.p_adjust([1e-300, 1e-200, 0.5]))
    assert st.independence([[1000.0, 1.0], [1.0, 1000.0]]).p_value < 1e-300


def test_the_state_of_the_caller_is_left_as_it_was():
    with np.errstate(all="raise"):
        before = np.geterr()
        st.fit(st.coin([1, 0, 1]))
        with pytest.raises(st.StattoolsError):
            st.fit(3)
        assert np.geterr() == before


@pytest.mark.parametrize("through", [lambda it: pickle.loads(pickle.dumps(it)), copy.deepcopy], ids=["pickle", "copy"])
@pytest.mark.parametrize("name", KINDS)
def test_models_and_fits_come_back(name, through):
    model = KINDS[name]()
    fit = st.fit(model)
    again = through(fit)
    assert str(again) == str(fit)
    assert repr(again.model) == repr(model)
    assert written(asked(again)) == written(asked(fit))
    for one, other in zip(fits(through(model)), fits(model), strict=True):
        assert np.array_equal(one.estimate, other.estimate)


def own_loglik(y, mean):
    """The log density of a normal outcome with variance 1, without its constant."""
    return -0.5 * (y - mean) ** 2


def summed(theta):
    """A log-likelihood of one parameter."""
    return -float((theta[0] - 1.0) ** 2)


@pytest.mark.parametrize("through", [lambda it: pickle.loads(pickle.dumps(it)), copy.deepcopy], ids=["pickle", "copy"])
def test_so_do_models_of_functions_that_have_a_name(through):
    likelihood = st.likelihood("Normal", own_loglik, parameters={"mean": "identity"}, outcome="real")
    for model in (st.regression("y ~ x", columns(), likelihood), st.custom(summed, start=[0.0])):
        fit = through(st.fit(model))
        assert np.array_equal(fit.estimate, st.fit(model).estimate)
        assert np.array_equal(st.fit(through(model)).estimate, fit.estimate)


@pytest.mark.parametrize("through", [lambda it: pickle.loads(pickle.dumps(it)), copy.deepcopy], ids=["pickle", "copy"])
def test_so_do_curves_posteriors_and_fits_of_many(through):
    made = [
        st.kaplan_meier("survival(time, died) ~ g", columns()),
        st.fit_many("y ~ x", columns(), by="g"),
        st.fit_many("many ~ x", columns(), by="g", model=st.poisson),
        st.fit_many(OF_TABLES["ols"](columns()), outcomes=np.random.default_rng(1).normal(size=(3, 60))),
        st.fit_many([OF_TABLES["linear_mixed"](columns()) for _ in range(2)]),
        st.fit_many(np.random.default_rng(1).normal(size=(2, 30)).cumsum(axis=1)),
        st.separation(OF_TABLES["logistic"](columns())),
        st.validate(st.fit(OF_TABLES["ols"](columns()))),
        st.predictive_check(st.posterior(st.coin([1, 0, 1]), prior=st.Beta(1, 1)), np.sum, seed=1),
        st.exponential_smoothing(columns()["y"]),
        st.posterior(OF_TABLES["own"](columns()), draws=20, chains=1, tune=50, seed=1),
        st.posterior(st.coin(columns()["yes"]), prior=st.Beta(1, 1)),
        st.bootstrap(st.fit(OF_TABLES["own"](columns())), draws=5, seed=1),
        st.cross_validate(OF_TABLES["own"](columns()), seed=1),
        st.ledger(st.Beta(1, 1)).add([1, 0]),
    ]
    for one in made:
        again = through(one)
        assert str(again) == str(one)
        if isinstance(one, st.ManyFits):
            assert repr(again.model_of(1)) == repr(one.model_of(1))
