import pytest

from stattools.qualification.reading import CheckResult, Measured, PromisedDigits, digits


def finding(measured, promise=(8, 8, 8), limit=None):
    return CheckResult(
        PromisedDigits("reference", "m", "d", "r", lambda effort: measured, promise, limit), measured, 0.5
    )


@pytest.mark.parametrize(
    "measured, limit, ok",
    [
        (Measured(8.0, 9.0, 12.0), None, True),
        (Measured(7.9, 9.0, 12.0), None, False),
        (Measured(9.0, None, None), None, True),
        (Measured(float("nan"), None, None), None, False),
        (Measured(9.0, 9.0, 9.0, agrees=False), None, False),
        (Measured(statistic=1.0), 2.0, True),
        (Measured(statistic=2.1), 2.0, False),
        (Measured(statistic=float("nan")), 2.0, False),
        (Measured(statistic=1.0), None, False),
        (Measured(), None, False),
    ],
)
def test_a_check_fails_where_it_falls_short_and_where_it_measured_nothing(measured, limit, ok):
    assert finding(measured, limit=limit).ok is ok


def test_digits_that_nobody_owed_are_a_mistake_of_the_check():
    assert not finding(Measured(9.0, 9.0), promise=(8, None, None)).ok


def test_the_row_for_machines_says_what_was_owed():
    row = finding(Measured(9.25, None, 12.0)).row()
    assert (row["digits_estimate"], row["promised_digits_estimate"], row["promised_digits_se"]) == (9.25, 8, None)
    assert row["ok"] is True


def test_digits_are_the_fewest():
    assert digits([1.0, 2.0002], [1.0, 2.0]) == 4.0
    assert digits([1.0], [float("inf")]) == 0.0
