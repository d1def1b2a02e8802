"""Data without a maximum: ours refuses each by an error that says so."""

from __future__ import annotations

import pytest

from stattools.qualification.exam.examination import ADAPTERS, code
from stattools.qualification.exam.harness import answer
from stattools.qualification.exam.laws import NO_MAXIMUM

OURS = ADAPTERS["stattools"]

ASKED = [(law, model) for law in NO_MAXIMUM for model in law.models if model in OURS.models]


@pytest.mark.nightly
@pytest.mark.parametrize(("law", "model"), ASKED, ids=lambda it: it if isinstance(it, str) else it.name)
def test_ours_refuses(law, model):
    found = answer(code(OURS, model, law))
    assert "error" in found
    assert found["error"].split(":")[0] in ("SeparationError", "IdentificationError", "DomainError", "ConvergenceError")


def test_a_ridge_has_a_maximum_everywhere():
    assert all("ridge" not in law.models for law in NO_MAXIMUM)
