"""Flat priors are no distributions."""

import pytest

import stattools as st


def test_flat_is_no_distribution():
    assert st.Flat().log_density(3.0) == st.Flat().slope(3.0) == 0.0
    with pytest.raises(st.IncompatibleError, match="Flat is no distribution"):
        st.Flat().sample(3, seed=0)
