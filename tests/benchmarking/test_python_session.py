"""A Python package as a peer: its numbers come back as they are, an error of it is one of ours."""

import numpy as np
import pytest

from stattools.benchmarking.session import PythonSession, python_session
from stattools.errors import DomainError


def test_without_uv_there_is_no_environment(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert python_session(["no-such-package"], {}) is None


@pytest.mark.slow
def test_numbers_go_and_come_back_unchanged():
    X = np.array([[0.1, 2.0], [3.0, 1.0 / 3.0], [5.0, 6.0]])
    with PythonSession(["numpy"], {"X": X, "y": [1.0, 2.0, 4.0]}, setup="import math; z = math.sqrt(49)") as other:
        assert (other.run("X") == X.ravel()).all()
        found = other.timed("y + z")
        assert found.values.tolist() == [8.0, 9.0, 11.0]
        assert 0.0 < found.seconds < 1.0
        assert found.program == f"numpy {np.__version__}"
        with pytest.raises(DomainError, match="numpy stopped at: 1 / 0"):
            other.run("1 / 0")
        with pytest.raises(DomainError, match="has ended"):
            other.run("1")
