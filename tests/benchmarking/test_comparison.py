import itertools
import subprocess
import sys
import time

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from stattools.benchmarking import (
    SpeedComparison,
    Timing,
    interleaved,
    limit,
    peak,
    resident_peak,
    with_certificate,
    with_memory,
)
from stattools.benchmarking import comparison as timing_of
from stattools.benchmarking.printing import lines as printed
from stattools.benchmarking.session import TimedAnswer
from stattools.errors import DomainError
from stattools.numerics.columns import add_gram


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
    found = timing_of._timed(lambda: calls.append(1))
    assert len(calls) == 5
    assert found.seconds == pytest.approx(0.004)


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


@pytest.mark.parametrize("order", ["C", "F"])
def test_every_row_is_multiplied_once_and_nothing_is_copied(monkeypatch, order):
    X = np.asarray(np.random.default_rng(0).normal(size=(10_000, 20)), order=order)
    totals = []
    module = sys.modules[limit.__module__]
    monkeypatch.setattr(module, "add_gram", lambda total, rows: (add_gram(total, rows), totals.append(total)))
    limit(X, reads=2)
    assert np.allclose(np.triu(totals[-1]), np.triu(X.T @ X), rtol=1e-10)
    assert peak(lambda: limit(X)) < 0.05 * X.nbytes


def test_the_peak_is_what_a_run_allocates_and_not_what_was_there():
    here = np.ones(1_000_000)
    assert peak(lambda: here * 2.0) == pytest.approx(here.nbytes, rel=0.01)
    assert peak(lambda: here.sum()) < 0.01 * here.nbytes


def test_memory_is_a_fact_beside_the_others():
    found = SpeedComparison("x", (Timing("ours", (1.0,), {"digits": 3}), Timing("peer", (1.0,))))
    cases = {"ours": lambda: np.ones(1_000_000), "peer": lambda: np.ones(3_000_000)}
    said = [timing.facts for timing in with_memory(found, cases, unit=8e6, name="arrays").timings]
    assert said[0] == {"digits": 3, "arrays": pytest.approx(1.0, rel=0.01)}
    assert said[1] == {"arrays": pytest.approx(3.0, rel=0.01)}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process starts with the peak of its parent")
def test_the_resident_peak_is_that_of_the_process_alone():
    held = np.ones(50_000_000)
    command = "from stattools.benchmarking.comparison import resident_peak; print(resident_peak())"
    child = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert int(child.stdout) < held.nbytes <= resident_peak()


def test_ours_is_timed_alone_where_no_peer_is_installed():
    found = interleaved("sum", {"ours": lambda: None, "loop": None}, rounds=1, targets={"loop": 2.0})
    assert (found.peers, found.skipped) == ((), "Not to be had here, skipped: loop.")


def test_seconds_of_another_process_are_the_ones_it_says():
    answer = TimedAnswer(np.array([2.0]), 30.0, "there 1.2")
    found = interleaved("sum", {"ours": lambda: None, "there": lambda: answer}, rounds=1, judge=lambda x: {"x": x[0]})
    assert found.peers[0].seconds == (30.0,)
    assert found.peers[0].facts == {"x": 2.0}
    assert found.peers[0].program == "there 1.2"


def test_the_share_of_the_certificate_is_a_fact_of_ours_alone():
    found = SpeedComparison("x", (Timing("ours", (0.5,), {"digits": 3}), Timing("peer", (1.0,))))
    ours, peer = with_certificate(found, lambda: time.sleep(0.05), rounds=1).timings
    assert 8.0 < float(str(ours.facts["certificate"]).removesuffix(" %")) < 60.0
    assert peer.facts == {}


def test_a_way_that_takes_long_is_left_out_of_later_rounds_and_the_table_says_so(monkeypatch):
    monkeypatch.setattr(timing_of, "AT_LEAST", 0.0)
    now = [0.0]
    monkeypatch.setattr(timing_of.time, "perf_counter", lambda: now[0])
    ran: list[str] = []

    def taking(name, seconds):
        def run():
            ran.append(name)
            now[0] += seconds

        return run

    cases = {"ours": taking("ours", 0.1), "slow": taking("slow", 6.0), "slower": taking("slower", 11.0)}
    found = interleaved("long", cases, rounds=4)
    assert [ran.count(name) for name in cases] == [5, 2, 1]
    assert [len(timing.seconds) for timing in found.timings] == [4, 1, 1]
    assert [found.ratio(peer) for peer in found.peers] == pytest.approx([60.0, 110.0])
    assert found.notes == ("Measured in 4 rounds, but long runs in fewer: slow in 1, slower in 1.",)
    assert "slower in 1" in "\n".join(printed(found))
