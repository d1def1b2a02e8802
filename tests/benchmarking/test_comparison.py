import itertools

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from stattools.benchmarking import SpeedComparison, Timing, interleaved
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
    other, floor = Timing("stattools, otherwise", (0.1,)), Timing("limit of memory", (0.1,))
    found = SpeedComparison("sum", (Timing("ours", (1.0, 1.0, 9.0)), slow, fast, limit, other, floor))
    assert [found.ratio(peer) for peer in found.peers] == [4.0, 0.5, 0.5, 0.1, 0.1]
    assert [found.held(peer) for peer in found.peers] == [False, None, True, None, None]
    assert found.losses == (slow, fast)


def test_facts_are_those_of_the_last_run(monkeypatch):
    monkeypatch.setattr(timing_of, "AT_LEAST", 0.0)
    count = itertools.count()
    found = interleaved("facts", {"ours": lambda: {"run": next(count)}, "peer": lambda: None}, rounds=3, warm=0)
    assert found.ours.facts == {"run": 2}
    assert found.peers[0].facts == {}


def test_an_answer_is_judged_off_the_clock(monkeypatch):
    monkeypatch.setattr(timing_of, "AT_LEAST", 0.0)
    judged = []
    cases = {"ours": lambda: 2.0, "peer": lambda: None, "third": lambda: {"digits": 3}}
    judge = lambda answer: (judged.append(answer), {"gap": answer - 1.0})[1]  # noqa: E731
    found = interleaved("judged", cases, rounds=3, judge=judge)
    assert [timing.facts for timing in found.timings] == [{"gap": 1.0}, {}, {"digits": 3}]
    assert judged == [2.0]


def test_cases_run_on_one_thread(monkeypatch):
    monkeypatch.setattr(timing_of, "AT_LEAST", 0.0)
    threads = lambda: {"threads": max(one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas")}  # noqa: E731
    with threadpool_limits(2):
        found = interleaved("threads", {"ours": threads, "peer": threads}, rounds=1)
        assert threads() == {"threads": 2}
    assert [timing.facts["threads"] for timing in found.timings] == [1, 1]


@pytest.mark.parametrize(
    "cases, targets, word",
    [({"ours": int}, {}, "two cases"), ({"ours": int, "peer": int}, {"per": 2.0}, "no case 'per'")],
)
def test_what_cannot_be_compared_is_an_error(cases, targets, word):
    with pytest.raises(DomainError, match=word):
        interleaved("bad", cases, rounds=1, targets=targets)
