"""What all rows share, on its own scale and back behind its link."""

import numpy as np
from numpy.testing import assert_allclose
from scipy.special import expit

from stattools.likelihoods.likelihood import label_of
from stattools.models.model import behind_links, on_own_scale, shared
from tests.cases import REGRESSIONS


def test_the_shared_parameters_are_those_without_a_column():
    for case in REGRESSIONS:
        model = case.make("y ~ x", case.table(), **{name: name for name in case.beside})
        if case.name.startswith("one_vs_rest"):
            continue
        found = shared(model)
        assert list(found) == np.flatnonzero(model.predictor.column < 0).tolist()
        called = [label_of(model.likelihood, name) for name, _ in found.values()]
        assert called == list(model.names[model.predictor.size_first :])
        theta = np.linspace(-1.0, 1.0, 2 * len(model.names)).reshape(2, -1)
        own = on_own_scale(model, theta)
        for k, (_, link) in found.items():
            assert_allclose(
                own[:, k], {"log": np.exp, "logit": expit, "identity": np.asarray}[link.name](theta[:, k]), rtol=1e-15
            )
        assert_allclose(behind_links(model, own), theta, rtol=1e-13, atol=1e-15)
