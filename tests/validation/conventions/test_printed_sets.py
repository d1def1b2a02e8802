from stattools.validation.conventions.search import CONVENTIONS, attempt, printed_sets, sets
from stattools.validation.conventions.state import start_of
from tests.validation.conventions.planted import LOGISTIC, claim_of


def test_sets_take_each_slot_once():
    claim = claim_of(LOGISTIC)
    start = start_of(claim, LOGISTIC)
    prints = tuple(choice for choice in CONVENTIONS if choice.moves == "print")
    assert [steps for _, steps in sets(start, prints, 0)] == [()]
    for _, steps in sets(start, prints, 2):
        assert len({step.slot for step in steps}) == 2


def test_only_sets_whose_estimates_and_errors_hold_are_looked_at():
    claim = claim_of(LOGISTIC, cov="HC1", level=0.9)
    start = start_of(claim, LOGISTIC)
    trial = attempt(claim, start, (), None)
    few = tuple(choice for choice in CONVENTIONS if choice.name in ("kind of standard errors", "level", "t or normal"))
    found = [one for one in printed_sets(claim, trial, start, 2, few) if one.standing.ok]
    assert [one.words for one in found] == ["standard errors of kind HC1, HC0 times n / (n - p); intervals at 90 %"]
    assert len(list(printed_sets(claim, trial, start, 1, few))) < len(
        list(printed_sets(claim, trial, start, 1, few, every=True))
    )
