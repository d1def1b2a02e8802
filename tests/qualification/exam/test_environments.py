"""Where the exam runs."""

from __future__ import annotations

import pytest

from stattools.errors import DomainError
from stattools.qualification.exam import environments
from stattools.qualification.exam.environments import answers, name_of
from stattools.qualification.exam.examination import ADAPTERS


def test_versions_are_taken_off_names():
    assert [name_of(text) for text in ("statsmodels", "statsmodels==0.14.4", "glum >=3", "pandas[all]")] == [
        "statsmodels",
        "statsmodels",
        "glum",
        "pandas",
    ]


def test_a_missing_command_is_named(monkeypatch):
    monkeypatch.setattr(environments.shutil, "which", lambda name: None)
    with pytest.raises(DomainError, match="needs the command Rscript"):
        answers("R", [])
    with pytest.raises(DomainError, match=r"needs the command uv.*pip install uv"):
        answers("glum", [])


def test_an_environment_that_dies_is_told():
    with pytest.raises(DomainError, match="ended before its last question"):
        answers("stattools", ["import os; os._exit(3)"])


def test_every_adapter_is_reached_by_its_name():
    assert {"stattools", "statsmodels", "scikit-learn", "glum", "lifelines", "scikit-survival"} < set(ADAPTERS)
    assert {"pyfixest", "linearmodels", "pygam", "mixedlm", "mixedlm-rs", "glmm", "R"} < set(ADAPTERS)
