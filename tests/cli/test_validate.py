import json

import pytest

from stattools.qualification import qualification
from stattools.qualification.reading import Measured, PromisedDigits


@pytest.fixture
def only(monkeypatch):
    """The command with one check, which measures the digits given."""

    def choose(digits):
        one = PromisedDigits("reference", "a model", "data", "other", lambda effort: Measured(digits, note="a note"))
        monkeypatch.setattr(qualification, "checks", lambda extent="usual", nist=None: (one,))

    return choose


def test_where_everything_agrees_it_exits_with_0(only, tmp_path, run):
    only(12.0)
    result = run("validate", "--out", tmp_path / "validation.md")
    assert result.exit_code == 0, result.output
    assert "pass: 1 checks" in result.stdout
    text = (tmp_path / "validation.md").read_text()
    assert "```sh\nstattools validate\n```" in text
    assert (tmp_path / "validation" / "digits.svg").exists()


def test_where_something_disagrees_it_exits_with_1_and_says_what(only, run):
    only(3.0)
    result = run("validate")
    assert result.exit_code == 1
    assert "a model, data, against other: a note" in result.stdout
    told = json.loads(run("validate", "--json").stdout)
    assert (told["ok"], told["checks"][0]["digits_estimate"]) == (False, 3.0)


def test_wrong_usage(run, tmp_path):
    assert run("validate", "--quick", "--full").exit_code == 2
    empty = run("validate", "--nist", tmp_path)
    assert empty.exit_code == 1
    assert "has none" in empty.stderr
