"""The exam: ours is right everywhere, a package with planted faults is not, and each failure has its lines."""

from __future__ import annotations

import json

import pytest

from stattools.errors import DomainError
from stattools.qualification.exam import environments, examination
from stattools.qualification.exam.adapter import Adapter
from stattools.qualification.exam.environments import ADAPTERS
from stattools.qualification.exam.examination import code, examine, reproducer
from stattools.qualification.exam.laws import LAWS
from tests.cli.test_application import run


@pytest.fixture(scope="module")
def ours():
    return examine("stattools")


@pytest.mark.slow
def test_ours_is_right_everywhere(ours):
    wrong = [(mark.law, mark.model, mark.words) for mark in ours.marks if mark.outcome != "right"]
    assert wrong == []
    assert ours.ok
    assert {mark.law for mark in ours.marks} == {law.name for law in LAWS}
    assert len(ours.marks) > 90


PLANTED = Adapter(
    "planted",
    "Ridge regression that calls itself least squares, and a logistic regression in three steps.",
    {
        "linear": "A = np.column_stack([np.ones(len(y)), X]); P = A.T @ A + np.eye(A.shape[1])\n"
        "b = np.linalg.solve(P, A.T @ y); se = np.sqrt(np.diagonal(np.linalg.inv(P)))",
        "logistic": "A = np.column_stack([np.ones(len(y)), X]); b = np.zeros(A.shape[1]); steps = 3\n"
        "for _ in range(steps):\n"
        "    p = 1 / (1 + np.exp(-A @ b)); H = (A.T * p * (1 - p)) @ A; b = b + np.linalg.solve(H, A.T @ (y - p))\n"
        "se = np.sqrt(np.diagonal(np.linalg.inv(H)))",
    },
    (("steps = 40", "steps = 3", "steps = 40"),),
)


def test_planted_faults_are_found(monkeypatch, tmp_path):
    monkeypatch.setitem(environments.ADAPTERS, "planted", PLANTED)
    monkeypatch.setattr(environments, "HERE", (*environments.HERE, "planted"))
    few = [law for law in LAWS if law.name in ("scale", "origin", "separation", "closed form of a table", "complement")]
    monkeypatch.setattr(examination, "LAWS", tuple(few))
    found = examine("planted")
    outcomes = {(mark.law, mark.model): mark for mark in found.marks}
    assert outcomes["scale", "linear"].outcome == "silent"
    assert outcomes["complement", "logistic"].outcome == "right"
    assert outcomes["separation", "logistic"].outcome == "silent"
    assert not found.ok
    table = outcomes["closed form of a table", "logistic"]
    assert table.outcome == "right" or table.remedy == "steps = 40"
    shown = outcomes["scale", "linear"].reproducer
    assert "X = X * [1e4, 1.0, 1e-3]" in shown
    space: dict[str, object] = {}
    exec(shown, space)
    assert "b" in space
    assert max(map(len, str(found).splitlines())) <= 80
    assert "```python" in found.markdown()
    assert json.dumps(found.record())


def test_a_reproducer_has_ten_lines_at_most():
    lengths = {
        (adapter.name, model, law.name): reproducer(code(adapter, model, law)).count("\n") + 1
        for adapter in ADAPTERS.values()
        for law in LAWS
        for model in law.models
        if model in adapter.models
    }
    assert max(lengths.values()) <= 10, max(lengths, key=lengths.__getitem__)


def test_an_unknown_package_is_refused_with_those_that_are_known():
    with pytest.raises(DomainError, match=r"exam has adapters for stattools, statsmodels, .*; got 'nonesuch'"):
        examine("nonesuch")
    result = run("exam", "nonesuch")
    assert result.exit_code == 2
    assert "adapters for" in result.stderr
