"""Every model of the package has its way of being fitted; what brings none is refused."""

import pkgutil
from importlib import import_module

import numpy as np
import pytest

import stattools as st
from stattools import models, series
from stattools.inference.fitting.regressions import fit_regression
from stattools.inference.fitting.ways import WAYS, way_of
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.models.questions import AnyModel, ModelFacts
from stattools.models.samples.proportions import Trials


def model_classes():
    """Classes of models in the rooms of models: those that have a log-likelihood, or that hold several such models."""
    for room in (models, series):
        for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            for value in vars(import_module(found.name)).values():
                if isinstance(value, type) and value.__module__ == found.name:
                    fields = getattr(value, "__dataclass_fields__", {})
                    if found.name.startswith(f"{models.__name__}.mixed."):  # densities of posteriors have rows too
                        if issubclass(value, AnyModel) and value.facts.is_mixed and fields:  # their base class has none
                            yield value
                    elif value is Trials:  # the base class of three models
                        continue
                    elif hasattr(value, "evaluate") or hasattr(value, "fitted") or "parts" in fields:
                        yield value


def test_every_class_of_models_has_its_row():
    assert set(model_classes()) == set(WAYS)
    assert WAYS[Model] is fit_regression  # which `st.fit` calls without a look at the table


class Bell(AnyModel):
    """A stranger's log-likelihood, -(t - 3)^2 / 2, that no table knows."""

    title, names, n, start = "Bell", ("t",), 1.0, np.zeros(1)
    facts = ModelFacts(is_unconstrained=True)

    def evaluate(self, theta, order=2):
        return Evaluation(-0.5 * (theta[0] - 3.0) ** 2, 3.0 - theta, np.eye(1))

    def loglik(self, theta):
        return self.evaluate(theta).loglik


def test_a_log_likelihood_of_a_stranger_is_climbed():
    fit = st.fit(Bell())  # type: ignore[call-overload]
    np.testing.assert_allclose([fit.estimate[0], fit.se[0]], [3.0, 1.0], rtol=1e-12)


def test_a_model_of_a_class_made_from_ours_is_fitted_as_ours():
    class Own(type(st.ols([1.0, 2.0, 4.0], [0.0, 1.0, 2.0]))):
        pass

    assert way_of(Own.__new__(Own)) is way_of(st.ols([1.0, 2.0, 4.0], [0.0, 1.0, 2.0]))


@pytest.mark.parametrize("value", [3, "y ~ x", st.ols, object()])
def test_what_is_no_model_is_refused(value):
    with pytest.raises(st.IncompatibleError, match="fit needs a model such as"):
        st.fit(value)


def test_options_of_networks_are_refused_by_other_models():
    with pytest.raises(st.IncompatibleError, match=r"seed= of st.fit is for networks.*got it for Linear regression"):
        st.fit(st.ols([1.0, 2.0, 4.0], [0.0, 1.0, 2.0]), seed=1)  # type: ignore[call-overload]
