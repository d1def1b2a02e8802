"""The exam: ours is right everywhere, a package with planted faults is not, and each failure has its lines."""

from __future__ import annotations

import contextlib
import io
import json
import warnings

import pytest

from stattools.errors import DomainError, StattoolsError
from stattools.qualification.exam import environments, examination
from stattools.qualification.exam.examination import ADAPTERS, Adapter, can_be_asked, code, examine, reproducer
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
    assert len(ours.marks) > 250


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
    monkeypatch.setitem(ADAPTERS, "planted", PLANTED)
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
    assert "X = X * [10000.0, 1.0, 0.001]" in shown
    space: dict[str, object] = {}
    exec(shown, space)
    assert "b" in space
    assert max(map(len, str(found).splitlines())) <= 80
    assert "```python" in found.markdown()
    assert "calls itself least squares" in found.markdown()
    assert "Tried where an answer is not right: `steps = 40`." in found.markdown()
    record = json.loads(json.dumps(found.record()))
    assert list(record) == ["package", "version", "laws"]
    assert {tuple(one) for one in record["laws"]} == {("law", "model", "outcome", "off", "reproducer")}
    assert shown.splitlines()[-2].startswith("# right: b = [")
    assert shown.splitlines()[-1].startswith("# silent, off by ")
    monkeypatch.setattr(examination, "examine", lambda package: found)
    assert run("exam", "planted").exit_code == 1


def _answers(marks):
    """What the lines of reproducers print, each in a namespace of its own."""
    for mark in marks:
        printed = io.StringIO()
        with warnings.catch_warnings(), contextlib.redirect_stdout(printed):
            warnings.simplefilter("ignore")
            try:
                exec(mark.reproducer, {})
            except Exception as error:
                yield mark, error
            else:
                yield mark, printed.getvalue()


@pytest.mark.slow
def test_reproducers_of_ours_run(ours):
    for mark, found in _answers(ours.marks):
        asks = next(law.asks for law in LAWS if law.name == mark.law)
        assert isinstance(found, StattoolsError) == (asks == "no number"), (mark, found)


@pytest.mark.slow
def test_reproducers_of_a_peer_run(monkeypatch):
    pytest.importorskip("statsmodels")
    monkeypatch.setattr(environments, "HERE", (*environments.HERE, "statsmodels"))
    few = ("separation", "published: Spector", "two maxima of groups")
    monkeypatch.setattr(examination, "LAWS", tuple(law for law in LAWS if law.name in few))
    found = examine("statsmodels")
    assert {mark.outcome for mark in found.marks} >= {"right", "warned", "silent"}
    for mark, told in _answers(found.marks):
        assert isinstance(told, str) or mark.outcome in ("right", "refused"), (mark, told)
        if mark.outcome == "warned":
            assert mark.words[:20] in mark.reproducer


def test_a_reproducer_has_ten_lines_at_most():
    lengths = {
        (adapter.name, model, law.name): reproducer(code(adapter, model, law), ("right", "said")).count("\n") + 1
        for adapter in ADAPTERS.values()
        for law in LAWS
        for model in law.models
        if can_be_asked(adapter, law, model)
    }
    assert max(lengths.values()) <= 10, max(lengths, key=lengths.__getitem__)


def test_an_unknown_package_is_refused_with_those_that_are_known():
    with pytest.raises(DomainError, match=r"exam has adapters for stattools, statsmodels, .*; got 'nonesuch'"):
        examine("nonesuch")
    result = run("exam", "nonesuch")
    assert result.exit_code == 2
    assert "adapters for" in result.stderr
