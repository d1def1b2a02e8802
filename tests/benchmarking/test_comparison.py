import itertools

import pytest

from stattools.benchmarking import Comparison, Timing, interleaved
from stattools.benchmarking import comparison as timing_of
from stattools.errors import DomainError


def test_cases_run_in_turns_forwards_and_backwards(monkeypatch):
    monkeypatch.setattr(timing_of, "AT_LEAST", 0.0)
    ran: list[str] = []
    cases = {"ours": lambda: ran.append("ours"), "peer": lambda: ran.append("peer")}
    found = interleaved("order", cases, rounds=2)
    assert ran == ["peer", "ours", "ours", "peer", "peer", "ours"]
    assert [len(timing.seconds) for timing in found.timings] == [2, 2]


def test_a_short_call_is_repeated_and_divided(monkeypatch):
    clock = itertools.count(step=0.004)
    monkeypatch.setattr(timing_of.time, "perf_counter", lambda: next(clock))
    calls: list[int] = []
    seconds, _ = timing_of._timed(lambda: calls.append(1))
    assert len(calls) == 5
    assert seconds == pytest.approx(0.004)


def test_what_is_promised_and_missed_is_a_loss():
    slow = Timing("slow", (3.0, 4.0, 100.0), target=5.0)
    fast, limit = Timing("fast", (0.5,)), Timing("limit", (0.5,), target=0.4)
    found = Comparison("sum", (Timing("ours", (1.0, 1.0, 9.0)), slow, fast, limit))
    assert [found.ratio(peer) for peer in found.peers] == [4.0, 0.5, 0.5]
    assert [found.held(peer) for peer in found.peers] == [False, None, True]
    assert found.losses == (slow, fast)


def test_facts_are_those_of_the_last_run(monkeypatch):
    monkeypatch.setattr(timing_of, "AT_LEAST", 0.0)
    count = itertools.count()
    found = interleaved("facts", {"ours": lambda: {"run": next(count)}, "peer": lambda: None}, rounds=3, warm=0)
    assert found.ours.facts == {"run": 2}
    assert found.peers[0].facts == {}


@pytest.mark.parametrize(
    "cases, targets, word",
    [({"ours": int}, {}, "two cases"), ({"ours": int, "peer": int}, {"per": 2.0}, "no case 'per'")],
)
def test_what_cannot_be_compared_is_an_error(cases, targets, word):
    with pytest.raises(DomainError, match=word):
        interleaved("bad", cases, rounds=1, targets=targets)
