"""Which linear predictor reads which columns."""

from stattools.data.design.design import Design
from stattools.likelihoods import Bernoulli, Cumulative, NegativeBinomial
from stattools.models.predictor import Linear, linear_of

DESIGN = Design(("Intercept", "x", "z"))


def test_a_mean_has_all_columns_and_other_parameters_none():
    assert linear_of(Bernoulli(), DESIGN) == Linear(3)
    assert linear_of(NegativeBinomial(), DESIGN) == Linear(3, 2, ((),))


def test_a_location_has_all_columns_but_the_constant():
    found = linear_of(Cumulative(3), DESIGN)
    assert (found.main, found.own, found.taken_up) == ((1, 2), ((), ()), ((0, (1, 2)),))


def test_columns_with_an_effect_at_each_cut_are_not_in_the_location():
    design = Design(("Intercept", "x", "z"), beside={"nonparallel": None}, uses=((0, 1, 2), (0, 2)))  # type: ignore[dict-item]
    found = linear_of(Cumulative(3, partial=True), design)
    assert (found.main, found.own) == ((1,), ((), (), (2,), (2,)))


def test_it_is_made_once():
    assert linear_of(Cumulative(3), DESIGN) is linear_of(Cumulative(3), DESIGN)
