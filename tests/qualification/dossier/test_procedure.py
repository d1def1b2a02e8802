import numpy as np
import pytest

from stattools.errors import DomainError
from stattools.qualification.dossier.procedure import Observation, Procedure, SideBySide, judged, run
from stattools.qualification.reading import Reading


def observed(make):
    return run(Procedure("a test", "operation", make))


def test_the_same_numbers_pass_and_others_do_not():
    assert judged([SideBySide("a", [1.0, 2.0], [1.0, 2.0 + 1e-9])]).ok
    assert not judged([SideBySide("a", [1.0, 2.0], [1.0, 2.0 + 1e-6])]).ok
    assert not judged([SideBySide("a", [1.0, np.nan], [1.0, 2.0])]).ok
    assert not judged([SideBySide("a", [1.0], [1.0, 2.0])]).ok
    assert judged([SideBySide("a", 1e-7, 0.0, 1e-6, unit=1.0)]).ok
    assert judged([SideBySide("a", 1e-7, 0.0, 1e-6, unit=5.0)]).readings[0].tolerance == pytest.approx(5e-6)
    found = judged([SideBySide("a", 1.0, 1.0), SideBySide("b", 2.0, 1.0)])
    assert not found.ok
    assert "b, off by 1" in found.words


def test_whatever_goes_wrong_is_a_failure_in_words():
    def refuse(effort):
        raise DomainError("no such\ncolumn")

    def fail(effort):
        raise ZeroDivisionError("by zero")

    assert observed(refuse).observation == Observation(False, "no such column")
    assert observed(fail).observation.words == "ZeroDivisionError: by zero"


def test_numbers_have_names_of_their_own_and_are_finite():
    numbers = tuple(Reading("a", value, 1.0) for value in (1.0, np.inf, 2.0, np.nan))
    found = observed(lambda effort: Observation(True, "", numbers)).observation.readings
    assert [(one.name, one.value) for one in found] == [("a", 1.0), ("a (2)", 2.0)]
