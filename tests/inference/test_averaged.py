"""Questions about averages are asked of the fit, and answered by the files of `effects/`."""

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import IncompatibleError

RNG = np.random.default_rng(9)
DATA = pd.DataFrame({"x": RNG.normal(size=90), "g": RNG.choice(list("abc"), 90)})
DATA["b"] = (DATA.x + RNG.normal(size=90) > 0).astype(int)


def test_what_is_no_regression_has_no_averages_over_rows():
    for name, given in (("marginal_effects", ()), ("contrasts", ("g",)), ("means", ())):
        with pytest.raises(IncompatibleError, match=f"{name} belongs to regressions"):
            getattr(st.fit(st.coin("b ~ 1", DATA)), name)(*given)


@pytest.mark.parametrize("groups", [np.array([0.5, 0.9]), pd.DataFrame(), "", 0], ids=str)
def test_groups_of_a_mixed_model_are_one_of_the_words(groups):
    fit = st.fit(st.linear_mixed("x ~ b + (1 | g)", DATA))
    for ask in (fit.marginal_effects, lambda **given: fit.means("b", **given)):
        with pytest.raises(st.StattoolsError, match="groups"):
            ask(groups=groups)
