"""R as a peer: its numbers come back as they are, and an error of R is one of ours."""

import re
import shutil

import numpy as np
import pytest

from stattools.benchmarking.session import RSession, has_r, r_session
from stattools.errors import DomainError

needs_r = pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")


def test_without_rscript_there_is_no_r(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert not has_r("stats")


@needs_r
@pytest.mark.slow
def test_numbers_go_and_come_back_unchanged():
    X = np.array([[0.1, 2.0], [3.0, 1.0 / 3.0], [5.0, 6.0]])
    assert has_r("stats")
    assert r_session("no.such.package", {}) is None
    with r_session("stats", {"y": [1.0]}) as r:
        assert re.fullmatch(r"R \d+\.\d+\.\d+, stats \d+\.\d+\.\d+", r.timed("y").program)
    with RSession({"X": X, "y": [1.0, 2.0, 4.0]}, setup="z <- 7") as r:
        assert (r.run("t(X)") == X.ravel()).all()
        assert r.run("y + z").tolist() == [8.0, 9.0, 11.0]
        with pytest.raises(DomainError, match=r"R stopped at: stop\('no'\)"):
            r.run("stop('no')")
        with pytest.raises(DomainError, match="has ended"):
            r.run("1")
