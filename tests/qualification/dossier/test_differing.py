from dataclasses import replace

from stattools.qualification.differences import DIFFERENCES
from stattools.qualification.dossier.qualifying import observe_difference, of_differences

ONE = DIFFERENCES[0]


def test_each_difference_is_a_test_with_a_name_of_its_own():
    names = [one.name for one in of_differences()]
    assert len(set(names)) == len(names) == len(DIFFERENCES)


def test_its_sides_are_rows_and_its_numbers_kept():
    found = observe_difference(ONE)
    assert found.ok
    assert len(found.rows) == len(ONE.sides)
    assert len(found.readings) == len(ONE.sides) * len(ONE.quantities)
    assert found.words == ONE.cause


def test_a_convention_that_does_not_give_what_is_printed_fails():
    first, *rest = ONE.sides
    wrong = replace(ONE, sides=(replace(first, printed=("30", "0.1234567")), *rest))
    found = observe_difference(wrong)
    assert not found.ok
    assert found.words.startswith(f"not what {first.program} prints")
