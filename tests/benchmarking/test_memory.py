import subprocess
import sys

import numpy as np
import pytest

from stattools.benchmarking import SpeedComparison, Timing, peak, resident_peak, with_memory


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


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process starts with the peak of its parent")
def test_the_resident_peak_is_that_of_the_process_alone():
    held = np.ones(50_000_000)
    command = "from stattools.benchmarking.memory import resident_peak; print(resident_peak())"
    child = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert int(child.stdout) < held.nbytes <= resident_peak()
