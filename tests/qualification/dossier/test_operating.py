"""Every comparison holds, and a fault that is planted is found."""

import numpy as np
import pytest

import stattools as st
from stattools.qualification.dossier import operating
from stattools.qualification.dossier.procedure import run


@pytest.mark.slow
@pytest.mark.parametrize("procedure", operating.procedures(), ids=lambda one: one.name)
def test_holds(procedure):
    found = run(procedure)
    assert found.verdict == "pass", found.observation.words


def test_a_test_about_a_package_that_is_not_there_is_left_out(monkeypatch):
    monkeypatch.setattr(operating, "find_spec", lambda name: None)
    assert "kept: files" not in {one.name for one in operating.procedures()}


def test_a_wrong_filter_is_found(monkeypatch):
    one = next(one for one in operating.procedures() if one.name == "series: recurrences and filters")
    right = st.linear_recurrence
    monkeypatch.setattr(st, "linear_recurrence", lambda *given, **named: right(*given, **named) * (1.0 + 1e-9))
    found = run(one)
    assert found.verdict == "fail"
    assert "the recurrence, off by" in found.observation.words


def test_a_refusal_that_does_not_come_is_found():
    from stattools.qualification.dossier.operating import observe_refusal

    assert not observe_refusal(lambda: 1.0, ()).ok
    assert not observe_refusal(lambda: st.ols("y ~ x", {"y": [1.0, 2.0], "x": [1.0, np.inf]}), ("nonesuch",)).ok
