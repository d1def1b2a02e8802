import numpy as np
import pytest

from stattools.qualification.exact_answers import OF_HARD_DATA, exact_least_squares, nearly_dependent, wampler
from stattools.qualification.qualification import run


@pytest.mark.parametrize("number", [1, 3, 4, 5])
def test_the_coefficients_of_wamplers_polynomials_are_all_1(number):
    X, y = wampler(number)
    assert exact_least_squares(X.tolist(), y.tolist()).estimate == (1,) * 6


def test_the_disturbance_is_the_published_one():
    _, y = wampler(3)
    assert [y[0], y[10], y[20]] == [760.0, 113159.0, 3369180.0]


def test_the_second_set_has_powers_of_a_tenth():
    assert wampler(2)[1][:2].tolist() == [1.0, 1.11111]


def test_designs_are_as_nearly_dependent_as_they_say():
    X, _ = nearly_dependent(7, 5)
    assert 1e4 < np.linalg.cond(X / np.linalg.norm(X, axis=0)) < 1e6
    assert (X.round() == X).all()


def test_every_set_keeps_its_promise():
    assert [finding.check.data for finding in run(OF_HARD_DATA) if not finding.ok] == []
