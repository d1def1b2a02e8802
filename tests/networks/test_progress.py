"""Training shows a bar in a terminal, after a second, and nothing elsewhere."""

import io

import pytest

from stattools.networks import progress as module
from stattools.networks.progress import progress
from stattools.solvers.solution import Epoch


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("seconds", [0.5, 2.0])
def test_a_bar_is_shown_only_for_work_of_some_seconds(seconds, monkeypatch):
    times = iter([0.0, seconds, seconds])
    monkeypatch.setattr(module, "perf_counter", lambda: next(times))
    monkeypatch.setattr("sys.stderr", screen := Terminal())
    with progress(10) as report:
        report(3, Epoch(3, -0.25, -0.5))
    assert ("mean log-likelihood -0.2500, validation -0.5000" in screen.getvalue()) == (seconds > 1.0)


def test_nothing_is_shown_where_no_one_is_looking(monkeypatch):
    monkeypatch.setattr("sys.stderr", stream := io.StringIO())
    with progress(10) as report:
        report(3, Epoch(3, -0.25, float("nan")))
    assert stream.getvalue() == ""
