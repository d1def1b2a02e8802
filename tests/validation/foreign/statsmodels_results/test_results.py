"""Which models of statsmodels are read, and why others are not."""

from types import SimpleNamespace

import numpy as np
import pytest

import stattools as st
from stattools.errors import IncompatibleError
from stattools.validation.foreign.statsmodels_results import MODELS, REFUSED
from tests.validation.explaining.test_audit import C, quantity, sm


def named(name):
    """Results of a model of statsmodels with this class, which nobody reads any further."""
    model = type(name, (SimpleNamespace,), {"__module__": "statsmodels.nowhere"})(exog=C, endog=np.ones(len(C)))
    return type("Results", (SimpleNamespace,), {"__module__": "statsmodels.nowhere"})(model=model)


@pytest.mark.parametrize("name", [*REFUSED, "SomethingElse"])
def test_models_without_a_twin_are_refused_by_name_with_the_reason(name):
    with pytest.raises(IncompatibleError, match=f"{name}: {REFUSED.get(name, 'it has no twin here')[:20]}"):
        st.audit(named(name))


def test_no_model_is_read_and_refused():
    assert not MODELS.keys() & REFUSED.keys()


def test_fits_whose_data_were_removed_are_refused():
    results = sm.OLS(quantity, C).fit()
    results.remove_data()
    with pytest.raises(IncompatibleError, match="fit the model again"):
        st.audit(results)
