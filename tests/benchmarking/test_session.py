"""What sessions share; those of R and of Python packages have tests of their own."""

import numpy as np

from stattools.benchmarking.session import Session, TimedAnswer, asking


class Told(Session):
    """A session without a process, which says what it was asked."""

    def __init__(self) -> None:
        pass

    def reading(self, name, path, shape):
        return name

    def afterwards(self, setup):
        return setup

    def asked(self, expression):
        return expression

    def _answer(self, line, words):
        return TimedAnswer(np.array([float(line)]), 1.0)


def test_a_peer_that_is_not_there_is_no_case():
    assert asking(None, "1") is None
    case = asking(Told(), "7")
    assert case is not None
    assert case() == TimedAnswer(np.array([7.0]), 1.0)
