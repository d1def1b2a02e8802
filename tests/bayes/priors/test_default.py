"""A default prior says why it is what it is."""

from stattools.bayes.priors.defaults import Default
from stattools.bayes.priors.families import Flat


def test_a_default_is_of_its_own_parameter_unless_it_says_otherwise():
    assert Default(Flat(), "flat").row is None
    assert Default(Flat(), "at the mean", {0: 1.0, 1: 2.5}).row == {0: 1.0, 1: 2.5}
