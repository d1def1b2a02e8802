"""What a network has not on purpose is refused with what to use instead."""

from types import SimpleNamespace

import pytest

import stattools as st
from stattools.networks.trained_network import ABSENT, refuse
from tests.networks.ring import RING, X

A_NETWORK = SimpleNamespace(model=SimpleNamespace(title="A network"))


def test_there_is_no_information():
    fit = st.fit(st.network(RING, X, hidden=[2]), solver=st.LBFGS(max_steps=3), seed=0)
    assert not hasattr(fit, "information")
    assert not hasattr(fit.model, "information")


@pytest.mark.parametrize("name", sorted(ABSENT))
def test_each_absent_name_says_what_to_use(name):
    what, instead = ABSENT[name]
    with pytest.raises(AttributeError) as caught:
        refuse(A_NETWORK, name)
    assert isinstance(caught.value, st.IncompatibleError)
    assert str(caught.value).startswith(f"A network has no {what}: its units can be exchanged")
    assert str(caught.value).endswith(f"Use {instead}.")


def test_names_of_others_are_refused_as_ours_are():
    with pytest.raises(AttributeError, match="has no standard errors: its units"):
        refuse(A_NETWORK, "bse")


def test_any_other_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no 'nonsense'"):
        refuse(A_NETWORK, "nonsense")
