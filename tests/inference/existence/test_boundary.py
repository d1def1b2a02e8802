"""A dispersion at the end of its range and a log-likelihood that levels off are told, other ends are not."""

from types import SimpleNamespace

import numpy as np
import pytest

import stattools as st
from stattools.inference.existence.boundary import check_dispersion, check_end
from stattools.solvers.solution import Solution, TraceStep
from tests.cases import rng


def ended(norms, solver="Newton"):
    trace = tuple(TraceStep(step, -1.0, norm) for step, norm in enumerate(norms))
    return Solution(np.zeros(2), np.diag([1.0, 4.0]), -1.0, "converged", len(norms), 0.0, trace, solver)


def test_a_score_that_falls_by_e_in_every_step_levels_off():
    model = SimpleNamespace(title="A model", names=("a", "b"))
    with pytest.raises(st.IdentificationError, match=r"A model has no maximum: .* still rises as 'b' runs off"):
        check_end(model, ended(np.exp(-np.arange(9.0))))
    for other in (ended(np.exp(-np.arange(6.0))), ended(0.5 ** np.arange(9.0)), ended(np.exp(-np.arange(9.0)), "Adam")):
        check_end(model, other)


def test_a_dispersion_of_zero_is_named():
    """Counts with less spread than Poisson's: log alpha falls without end."""
    g = rng(4)
    x = g.normal(size=100)
    model = st.negative_binomial(np.round(np.exp(1.0 + 0.5 * x)), x)
    with pytest.raises(st.IdentificationError, match="Negative binomial regression: "):
        st.fit(model)
    with pytest.raises(st.IdentificationError, match=r"Use st\.poisson"):
        st.fit(model, penalty=st.Ridge(1.0))  # which leaves log alpha free
    edge = model.likelihood.edge
    check_dispersion(model, np.array([0.0, 0.0, 0.0]))
    for last, words in ((edge.lower - 1.0, edge.below), (edge.upper + 1.0, edge.above)):
        if words is not None:
            with pytest.raises(st.IdentificationError) as caught:
                check_dispersion(model, np.array([0.0, 0.0, last]))
            assert str(caught.value).removesuffix(".").endswith(words.removesuffix("."))
