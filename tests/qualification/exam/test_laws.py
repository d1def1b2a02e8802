"""Every law is about models of the exam, and its change runs on their problems."""

from __future__ import annotations

import numpy as np
import pytest

from stattools.qualification.exam.laws import LAWS, lines
from stattools.qualification.exam.problems import PROBLEMS


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_a_change_runs_and_moves_the_data(law):
    assert set(law.models) <= set(PROBLEMS)
    for model in law.models:
        before, after = {}, {}
        exec(PROBLEMS[model], before)
        exec(f"{PROBLEMS[model]}\n{lines(law, model)}", after)
        names = [name for name in ("X", "y", "g", "o", "w", "time", "event") if name in before]
        assert any(not np.array_equal(before[name], after[name]) for name in names)
        assert law.asks == ("no number" if law.expect is None else "same")


def test_what_is_no_theorem_is_not_asked():
    models = {law.name: law.models for law in LAWS}
    assert "cloglog" not in models["complement"]
    assert "Cox" not in models["duplicated rows"]
    assert "linear" not in models["duplicated rows"]
    assert not any(model.startswith("mixed") for model in models["duplicated rows"])
