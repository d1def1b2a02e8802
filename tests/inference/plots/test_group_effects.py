import numpy as np
import pytest

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from tests.inference.mixed.balanced import TABLE, fitted


def test_a_caterpillar_of_the_groups():
    fit = fitted()
    axes = fit.plot("random_effects", "g", level=0.9).axes[0]
    assert axes.get_ylabel() == "g, 90 % intervals"
    assert np.asarray(axes.lines[1].get_xdata()).tolist() == sorted(fit.random_effects("g")["estimate"])
    with pytest.raises(DomainError, match="has the groups 'g'"):
        fit.plot("random_effects", "h")


def test_another_regression_has_none():
    with pytest.raises(IncompatibleError, match=r"are those of \(1 \| g\) in a formula; this is Linear regression"):
        st.fit(st.ols("y ~ g", TABLE)).plot("random_effects")
