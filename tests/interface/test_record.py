"""Records are the frozen dataclasses that they stand for."""

from dataclasses import FrozenInstanceError, dataclass, field, fields, is_dataclass, replace

import pytest

from stattools.interface.record import nearest, record


def make(decorator):
    @decorator
    class Point:
        x: float
        y: float = 2.0
        seen: list[int] = field(default_factory=list)
        label: str | None = field(default=None, repr=False)

        @property
        def sum(self) -> float:
            return self.x + self.y

    return Point


Quick, Plain = make(record), make(dataclass(frozen=True, eq=False))


@pytest.mark.parametrize("given", [{"x": 1.0}, {"x": 1.0, "label": "a"}, {"x": 1.0, "y": 3.0, "seen": [4]}])
def test_a_record_is_the_frozen_dataclass(given):
    quick, plain = Quick(**given), Plain(**given)
    assert is_dataclass(Quick)
    assert [one.name for one in fields(Quick)] == [one.name for one in fields(Plain)]
    assert vars(quick) == vars(plain)
    assert repr(quick) == repr(plain)
    assert quick.sum == plain.sum
    assert vars(replace(quick, y=7.0)) == vars(replace(plain, y=7.0))
    assert quick != Quick(**given)


def test_a_record_is_frozen_and_shares_no_default():
    one, other = Quick(1.0), Quick(1.0)
    with pytest.raises(FrozenInstanceError):
        one.x = 2.0
    one.seen.append(3)
    assert other.seen == []


@pytest.mark.parametrize("given", [{}, {"x": 1.0, "z": 2.0}])
def test_what_is_missing_or_unknown_is_a_type_error(given):
    with pytest.raises(TypeError, match=r"__init__\(\)"):
        Quick(**given)


class Above:
    pass


class Below(Above):
    pass


def test_the_nearest_class_above_answers():
    assert nearest({Above: 1, Below: 2}, Below()) == 2
    assert nearest({Above: 1, object: 0}, Below()) == 1
    assert nearest({object: 0}, Below()) == 0
    assert nearest({Below: 2}, Above()) is None
    assert nearest({Below: 2}, Below) is None  # the class is no object of itself


def test_fields_may_be_called_as_the_maker_calls_its_own():
    @record
    class Taken:
        held: int
        missing: float = 2.0
        defaults: list[int] = field(default_factory=list)

    assert (Taken(3).held, Taken(3).missing, Taken(3).defaults) == (3, 2.0, [])
