# pyright: reportCallIssue=false, reportArgumentType=false, reportAttributeAccessIssue=false
"""Classes and functions that answer names which are not theirs, and stay what they were to Python."""

import copy
import inspect
import pickle
import time
from dataclasses import dataclass

import pytest

import stattools as st
from stattools.errors import AbsentError
from stattools.interface.names.guesses import answering, answers_guesses, answers_names, constructed_by_callers

FIT = st.fit(st.ols([1.0, 3.0, 5.0, 8.0], [0, 1, 2, 3]))


def test_an_absent_name_is_an_attribute_error_that_says_what_to_use():
    with pytest.raises(AttributeError, match=r"Fit has no 'conf_int': use fit\.interval\(0\.95\)\.$") as caught:
        _ = FIT.conf_int
    assert isinstance(caught.value, st.IncompatibleError)
    assert "Did you mean" not in "".join(__import__("traceback").format_exception(caught.value))
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize("name", ["conf_int", "nonsense", "_repr_latex_", "__array__", "_ipython_display_", "__len__"])
def test_an_absent_name_is_absent_to_python(name):
    assert not hasattr(FIT, name)
    assert getattr(FIT, name, "default") == "default"


@pytest.mark.parametrize("name", ["_repr_latex_", "_ipython_canary_method_should_not_exist_", "__array_interface__"])
def test_private_names_are_not_answered(name):
    with pytest.raises(AttributeError) as caught:
        getattr(FIT, name)
    assert not isinstance(caught.value, AbsentError)


def test_a_fit_is_copied_and_pickled():
    for again in (copy.copy(FIT), copy.deepcopy(FIT), pickle.loads(pickle.dumps(FIT))):
        assert again.estimate.tolist() == FIT.estimate.tolist()


def test_probing_is_quick():
    """The table is not searched before an error is shown."""
    hasattr(FIT, "conf_int")
    start = time.perf_counter()
    for _ in range(1000):
        hasattr(FIT, "nonsense")
    assert time.perf_counter() - start < 0.5


def test_the_error_of_a_property_is_its_own():
    @answers_names
    class Thing:
        @property
        def broken(self):
            return None.shape  # type: ignore[attr-defined]

    with pytest.raises(AttributeError, match="'NoneType' object has no attribute 'shape'"):
        _ = Thing().broken


def test_methods_and_constructors_name_the_argument():
    @answers_guesses
    @constructed_by_callers
    @dataclass
    class Thing:
        level: float = 0.5

        def interval(self, level=0.95):
            return level

        @classmethod
        def of(cls, level):
            return cls(level)

        def inner(self):
            return self.interval(nonsense=1)

    thing = Thing.of(0.5)
    assert (thing.interval(), Thing.of(level=1).level) == (0.95, 1)
    assert str(inspect.signature(thing.interval)) == "(level=0.95)"
    for call in (thing.interval, Thing, Thing.of):
        with pytest.raises(st.IncompatibleError, match=r"has no alpha=: use level=0\.9\."):
            call(alpha=0.1)
    with pytest.raises(st.IncompatibleError, match=r"thing\.interval has no nonsense="):
        thing.inner()


def test_errors_from_within_are_left_alone():
    def inner(a):
        return a + "text"

    with pytest.raises(TypeError) as caught:
        answering(inner, "inner")(1)
    assert not isinstance(caught.value, st.StattoolsError)


def test_a_function_is_found_again_and_keeps_its_signature():
    assert pickle.loads(pickle.dumps(st.ols)) is st.ols
    names = ["model", "solver", "level", "cov", "penalty", "reml", "df", "certify", "integral", "nodes"]
    names += ["seed", "restarts", "members", "ensemble"]
    assert list(inspect.signature(st.fit).parameters) == names
    assert str(st.ols.__doc__).startswith("Linear regression")


NOUNS = (
    "Fit SeriesFit NetworkFit NetworkEnsemble ManyFits Posterior Beta Gamma Normal NormalInverseGamma StudentT "
    "Dirichlet NormalInverseGammaRegression NormalInverseWishart InverseGamma Bootstrap TestResult Comparison Smooth "
    "CrossValidation PosteriorComparison Agreement Audit ClaimAudit Explanation Interval Separation EmpiricalBayes "
    "Ledger Reproduction Surprise PriorSensitivity Power WildBootstrap KaplanMeier CoxFit "
    "LinearMixedFit MixedRegressionFit"
)
CONSTRUCTED = (
    "Normal Beta Gamma Dirichlet StudentT InverseGamma NormalInverseGamma NormalInverseGammaRegression Cauchy "
    "Laplace NormalInverseWishart HalfNormal HalfCauchy Exponential Uniform Flat Ridge Jeffreys HAC Cluster "
    "Newton LBFGS Adam GradientDescent LeastSquares ClosedForm"
)


def public_calls():
    functions = [(name, getattr(st, name)) for name in st.__all__ if inspect.isfunction(getattr(st, name))]
    methods = [
        (f"{noun}.{name}", value)
        for noun in NOUNS.split()
        for name, value in inspect.getmembers(getattr(st, noun), inspect.isfunction)
        if not name.startswith("_")
    ]
    return [*functions, *methods, *((name, getattr(st, name)) for name in CONSTRUCTED.split())]


@pytest.mark.parametrize(("name", "call"), public_calls())
def test_every_public_call_answers_an_argument_that_it_does_not_take(name, call):
    """Those that pass options on too: they are called with what they need."""
    parameters = inspect.signature(call).parameters.values()
    if any(one.kind is one.VAR_KEYWORD for one in parameters):
        return
    with pytest.raises(st.IncompatibleError, match="has no zzz="):
        call(zzz=1)
