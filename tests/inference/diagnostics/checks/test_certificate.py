"""How far the estimate is from the maximum."""

from dataclasses import replace

import stattools as st
from stattools.inference.diagnostics.assumptions import certificate
from stattools.inference.diagnostics.check import LookedAt
from tests.inference.diagnostics.checks.r_rows import TABLE


def test_the_decrement_decides():
    fit = st.fit(st.poisson("count ~ x", TABLE))
    assert certificate(LookedAt(fit)).verdict == "ok"
    far = replace(fit, solution=replace(fit.solution, decrement=0.3))
    assert certificate(LookedAt(far)).verdict == "no"
    assert certificate(LookedAt(far)).value == 0.3


def test_a_local_maximum_is_called_one():
    table = TABLE | {"y": TABLE["x"] + 3.0}
    shared, own = st.gamma("y ~ x", table), st.glm("y ~ x", table, family="inverse_gaussian")
    assert "a local maximum" in certificate(LookedAt(st.fit(own))).measure
    assert "from the maximum" in certificate(LookedAt(st.fit(shared))).measure
