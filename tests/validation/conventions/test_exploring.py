"""What a search finds, and, wherever its time ends, that each convention was tried to its end or is said to be left."""

import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import StattoolsError, TimeIsOver
from stattools.validation.claims.reading import read_claim
from stattools.validation.conventions import search as exploring
from stattools.validation.conventions.errors import FORM, SIGN
from stattools.validation.conventions.search import CONVENTIONS, attempt, explore
from stattools.validation.conventions.state import State, start_of
from tests.sizes import first
from tests.validation.conventions.planted import LOGISTIC, OLS, TABLE, claim_of
from tests.validation.conventions.test_table import PLANTED

REORDERED = TABLE.assign(g=pd.Categorical(TABLE.g, categories=["b", "a", "c"]))


def _explored(claim, model, **options):
    return explore(claim, start_of(claim, model), **options)


def test_what_the_model_says_needs_no_convention():
    found = _explored(claim_of(OLS), OLS)
    assert [one.steps for one in found.found] == [()]
    assert found.refits == 0


@pytest.mark.nightly
def test_three_conventions_at_once():
    claim = claim_of(st.ols("y ~ x + z + g", REORDERED), cov="HC0", level=0.9)
    (one,) = _explored(claim, OLS).found
    assert [step.choice.name for step in one.steps] == ["reference level", "kind of standard errors", "level"]


def test_conventions_that_the_digits_do_not_tell_apart_are_all_found():
    balanced = pd.DataFrame({"y": TABLE.y[:60], "x": np.tile([0.0, 1.0], 30)})
    model = st.ols("y ~ x", balanced)
    claim = claim_of(model, digits=2, columns=("se",), cov="HC1")
    words = [one.words for one in _explored(claim, model).found]
    assert words == ["what the model says"] or len(words) > 1


@pytest.mark.slow
def test_the_nearest_set_is_told_where_none_gives_all():
    claim = claim_of(LOGISTIC, change=lambda frame: frame.assign(p_value=[0.5, *frame.p_value[1:]]))
    found = _explored(claim, LOGISTIC, most=1)
    assert not found.found
    assert found.nearest.steps == ()
    assert found.nearest.standing.failing == 1


def test_time_that_is_over_is_said():
    claim = read_claim(dict.fromkeys(OLS.names, 1.5))
    found = _explored(claim, OLS, seconds=0.01, conventions=CONVENTIONS[:8])
    assert found.untried


@pytest.mark.slow
def test_two_refits_and_another_kind_of_standard_errors():
    claim = claim_of(st.ols("y ~ x + z + g", REORDERED.assign(z=TABLE.z / 10)), cov="HC3")
    (one,) = _explored(claim, OLS).found
    assert {step.choice.name for step in one.steps} == {"reference level", "scaled columns", "kind of standard errors"}


def test_a_search_leaves_the_refit_in_which_its_time_is_over_and_says_where(monkeypatch):
    claim, made = read_claim(dict.fromkeys(OLS.names, 1.5)), []

    def tried(*given, **options):
        made.append(given)
        if len(made) > 3:
            raise TimeIsOver("over")
        return attempt(*given, **options)

    monkeypatch.setattr("stattools.validation.conventions.search.attempt", tried)
    found = _explored(claim, OLS, most=1, conventions=CONVENTIONS)
    assert (found.refits, len(made)) == (3, 4)
    assert found.untried == (f"sets of 1 from {made[-1][2][-1].choice.name} on",)
    assert found.nearest is not None


FEW = 5
"""So many ends of the time are tried of each convention; in the slow tests all, up to so many."""
ALL = 400


class Ticking:
    """A clock that stands still for so many looks at it, and is past every end from then on."""

    def __init__(self, looks):
        self.looks, self.seen, self.searching = looks, 0, True

    def __call__(self):
        self.seen += 1
        return 1e9 * max(self.seen - self.looks, 0)

    @property
    def over(self):
        return self.seen > self.looks


def recorded(choice, tried, clock):
    """The convention that counts how often all of its changes were followed to the end before the time was over."""

    def changes(state):
        yield from choice.changes(state)
        tried[choice.name] += clock.searching and not clock.over

    return replace(choice, changes=changes)


def nearest(clock, *given, told=exploring._nearest):
    """The nearest set, which is told after the search."""
    clock.searching = False
    return told(*given)


def cut(monkeypatch, claim, start, names, looks, most=1):
    """A search whose time ends at a look at the clock, how often each convention was tried, and the clock."""
    clock, tried = Ticking(looks), Counter()
    monkeypatch.setattr("stattools.interface.progress.monotonic", clock)
    monkeypatch.setattr(exploring, "_nearest", lambda *given: nearest(clock, *given))
    choices = tuple(
        one if one in (FORM, SIGN) else recorded(one, tried, clock)  # which a search knows by themselves
        for one in CONVENTIONS
        if one.name in names
    )
    return explore(claim, start, most=most, conventions=choices), tried, clock


def said(untried, size, names):
    """The conventions of which sets of this size are said to be left."""
    found = set()
    for words in untried:
        if match := re.fullmatch(rf"sets of {size} from (.*) on", words):
            found |= set(names[names.index(match[1]) :])
        if match := re.fullmatch(r"sets of (\d)( and more)?", words):
            found |= set(names) if int(match[1]) <= size else set()
    return found


def check(monkeypatch, claim, start, names, at):
    whole, every, clock = cut(monkeypatch, claim, start, names, 10**9)
    assert not whole.untried
    looks = clock.seen
    none, _, begun = cut(monkeypatch, claim, start, names, 0)  # the first fit is made whatever time there is
    assert none.refits == 0
    for k in at(looks):
        found, tried, clock = cut(monkeypatch, claim, start, names, k)
        left = said(found.untried, 1, names)
        assert {name for name in every if tried[name] < every[name]} <= left, k
        assert left or {one.words for one in found.found} == {one.words for one in whole.found}, k
        assert clock.seen - k <= begun.seen + 4 + 3 * (found.refits + len(names)), k


def spread(looks):
    return sorted({round(k * looks / FEW) for k in range(FEW)})


def every(looks):
    return range(0, looks, max(looks // ALL, 1))


@pytest.mark.parametrize("name", first(15, PLANTED))
def test_a_convention_in_which_time_ends_is_said_to_be_left(monkeypatch, name):
    model, plant, _ = PLANTED[name]
    claim = plant()
    check(monkeypatch, claim, start_of(claim, model), [name], spread)


@pytest.mark.slow
@pytest.mark.parametrize("name", first(8, PLANTED, pytest.mark.nightly))
def test_it_is_so_at_every_look_at_the_clock(monkeypatch, name):
    model, plant, _ = PLANTED[name]
    claim = plant()
    check(monkeypatch, claim, start_of(claim, model), [name], every)


def _shifted(frame):
    return frame.assign(estimate=frame.estimate + 0.3)


def _other_errors(frame):
    return frame.assign(se=frame.se * 1.7)


@pytest.mark.slow
@pytest.mark.parametrize("change", [_shifted, _other_errors])
@pytest.mark.parametrize("model", [OLS, LOGISTIC], ids=["least squares", "logistic"])
def test_the_whole_table_is_tried_or_said(monkeypatch, model, change):
    claim = claim_of(model, change=change)
    check(monkeypatch, claim, start_of(claim, model), [one.name for one in CONVENTIONS], spread)


def test_no_refusal_is_mistaken_for_the_end_of_time():
    assert not issubclass(TimeIsOver, Exception)
    assert not issubclass(TimeIsOver, StattoolsError)


def test_standard_errors_of_a_kind_are_made_once_in_all_searches_of_a_claim(monkeypatch):
    claim, made = claim_of(OLS, change=_other_errors), Counter()
    start, rest = start_of(claim, OLS), tuple(one for one in CONVENTIONS if one.moves == "errors")
    errors = State.errors

    def counted(self, theta):
        made[self.recipe.cov, self.recipe.divisor, self.recipe.information] += 1
        return errors(self, theta)

    monkeypatch.setattr(State, "errors", counted)
    earlier = explore(claim, start, most=1, conventions=rest)
    explore(claim, start, most=2, conventions=rest, first=earlier.first)
    again = {kind: times for kind, times in made.items() if times > 1}
    assert len(made) > 8
    assert set(again) <= {("information", "n - p", "observed")}  # which the first attempt asks too
