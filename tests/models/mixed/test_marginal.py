"""Without fixed effects that are integrated out the parameters of the fixed part are the first of theta."""

import numpy as np

from stattools.models.mixed.marginal import MarginalLikelihood


class Two(MarginalLikelihood):
    to_fixed = np.eye(2)
    to_effects = ()


def test_the_fixed_part_comes_first():
    theta, found = np.arange(3.0), Two()
    assert found.fixed_at(theta).tolist() == [0.0, 1.0]
    assert found.fixed_change(theta).tolist() == [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    assert not found.fixed_spread(theta).any()
    assert found.taus(theta).size == 0
