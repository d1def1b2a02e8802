"""Where there is no maximum with curves, and options that have no meaning."""

import numpy as np
import pytest

import stattools as st
from stattools.inference.existence.separation import SeparationError
from tests.models.mixed.hazards import TABLE


def test_events_in_the_order_of_a_column_are_named():
    table = TABLE | {"w": -TABLE["time"], "event": np.ones(150)}
    with pytest.raises(SeparationError, match=r"Cox regression with curves has no maximum.* w = inf.*curves"):
        st.fit(st.cox("survival(time, event) ~ w + s(x, k=8)", table))


@pytest.mark.parametrize("options", [{"cov": "HC0"}, {"penalty": st.Jeffreys()}, {"solver": st.Newton()}])
def test_options_of_other_fits_are_refused(options):
    with pytest.raises(st.IncompatibleError, match=r"leave .* out"):
        st.fit(st.cox("survival(time, event) ~ s(x, k=8)", TABLE), **options)
