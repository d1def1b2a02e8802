import pytest

from stattools.qualification.dossier.qualifying import PHASES, observe_check, of_checks
from stattools.qualification.reading import Measured, PromisedDigits, Reading, Subject


def check(measured, **options):
    return PromisedDigits("reference", "a model", "fair", "other", lambda effort: measured, **options)


def test_every_subject_has_a_phase():
    assert set(PHASES) == set(Subject.__value__.__args__)


def test_a_promise_that_is_kept_and_one_that_is_not():
    number = (Reading("x", 1.0, 1e-8),)
    good = observe_check(check(Measured(12.0, readings=number)))
    assert (good.ok, good.readings) == (True, number)
    assert good.words == "against other: estimates: 10 digits or more"
    bad = observe_check(check(Measured(3.7, note="they differ")))
    assert not bad.ok
    assert bad.words == "against other: estimates: 3 digits of 10 owed; they differ"


def test_a_statistic_is_a_number_with_its_limit():
    found = observe_check(check(Measured(statistic=1.5), promise=(None, None, None), limit=2.0, of="distance"))
    assert found.ok
    assert found.readings[-1] == Reading("distance", 1.5, pytest.approx(2e-3))


def test_a_check_is_a_test_with_its_data():
    (one,) = of_checks([check(Measured(12.0))])
    assert (one.name, one.phase, one.data, one.simulates) == ("reference: a model, fair", "operation", ("fair",), False)
