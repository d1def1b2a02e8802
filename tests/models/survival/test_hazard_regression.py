"""What the constructor of Cox's regression makes of its formula and its table."""

import numpy as np
import pytest

import stattools as st
from stattools.models.mixed.curved_cox import CurvedCox
from stattools.models.survival.cox import CoxRegression

TABLE = {"t": np.arange(1.0, 41.0), "d": np.arange(40) % 3 > 0, "x": np.arange(40.0) % 11, "z": np.arange(40.0) % 7}


def test_curves_make_another_model():
    assert type(st.cox("survival(t, d) ~ x + z", TABLE)) is CoxRegression
    assert type(st.cox("survival(t, d) ~ s(x, k=6) + z", TABLE)) is CurvedCox


def test_ties_are_checked_first():
    with pytest.raises(st.DomainError, match="ties= 'efron', 'breslow', 'exact'"):
        st.cox("survival(t, d) ~ x", TABLE, ties="none")  # type: ignore[arg-type]
