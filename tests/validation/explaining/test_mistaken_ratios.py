import numpy as np
import pytest

import stattools as st

RNG = np.random.default_rng(61)
DATA = {"x": RNG.normal(size=120), "z": RNG.normal(size=120)}
MODEL = st.logistic("y ~ x + z", DATA | {"y": (RNG.random(120) < 0.4).astype(int)})
FIT = st.fit(MODEL)


@pytest.mark.parametrize("delta", [False, True])
def test_tests_made_from_ratios_are_named(delta):
    ratio = np.exp(FIT.estimate)
    se = ratio * FIT.se if delta else FIT.se
    texts = {name: f"{value:.4f}" for name, value in zip(FIT.names, ratio, strict=True)}
    ends = [
        (f"{low:.4f}", f"{high:.4f}") for low, high in zip(ratio - 1.959964 * se, ratio + 1.959964 * se, strict=True)
    ]
    found = st.audit(texts, MODEL, se=[f"{value:.4f}" for value in se], ci=ends)
    assert [one.cause for one in found.findings] == ["exponentiated coefficients"]
    assert ("delta method" in found.findings[0].evidence) == delta
    assert "all 12 numbers hold" in found.findings[0].evidence


def test_ratios_with_their_own_intervals_are_a_convention():
    ratio, lower, upper = np.exp(FIT.estimate), *(np.exp(end) for end in FIT.interval())
    texts = {name: f"{value:.4f}" for name, value in zip(FIT.names, ratio, strict=True)}
    found = st.audit(texts, MODEL, ci=[(f"{low:.4f}", f"{high:.4f}") for low, high in zip(lower, upper, strict=True)])
    assert found.convention.startswith("odds ratios")
