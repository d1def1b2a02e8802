import numpy as np
import pytest

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from tests.series.statespace.series_cases import NILE, UNEMPLOYMENT, gappy


@pytest.mark.parametrize("gaps", [False, True])
def test_paths_have_the_smoothed_moments_and_the_movement_of_the_model(gaps):
    y = gappy(NILE) if gaps else NILE
    fit = st.fit(st.local_level(y))
    paths = st.simulate_states(fit, draws=20_000, seed=1)["level"]
    states = fit.states()
    spread = np.sqrt(states["variance"].to_numpy())
    assert paths.shape == (20_000, 100)
    np.testing.assert_allclose(paths.mean(axis=0), states["mean"], atol=5 * spread.max() / np.sqrt(20_000))
    np.testing.assert_allclose(paths.var(axis=0), states["variance"], rtol=0.06)  # 20,000 draws
    # given y, squared steps have the variance that the score says: their mean is the model's at the maximum
    assert np.square(np.diff(paths, axis=1)).mean() == pytest.approx(fit.estimate[1], rel=0.02)


def test_a_tree_for_arviz():
    import arviz

    fit = st.fit(st.local_linear_trend(UNEMPLOYMENT))
    paths = st.simulate_states(fit, draws=50, seed=3)
    tree = paths.to_arviz()
    assert tree["posterior"]["trend"].dims == ("chain", "draw", "time")
    assert tree.attrs["sigma2.trend"] == fit.estimate[2]
    np.testing.assert_array_equal(tree["posterior"]["level"][0], paths["level"])
    assert len(arviz.summary(tree, var_names=["level"], kind="stats")) == len(UNEMPLOYMENT)


def test_the_same_seed_gives_the_same_paths():
    model = st.local_level(NILE, drift=-1.0)
    one, two = (st.simulate_states(model, [15000.0, 1500.0], draws=3, seed=5)["level"] for _ in range(2))
    np.testing.assert_array_equal(one, two)
    mean = st.states(model, [15000.0, 1500.0])["mean"]
    assert np.abs(one - mean.to_numpy()).max() < 400


def test_what_it_needs():
    fit = st.fit(st.local_level(NILE))
    for call in (
        lambda: st.simulate_states(fit.model, seed=0),
        lambda: st.simulate_states(fit, [1.0, 1.0], seed=0),
        lambda: st.simulate_states(fit, draws=0, seed=0),
    ):
        with pytest.raises(DomainError):
            call()
    with pytest.raises(IncompatibleError):
        st.simulate_states(st.ols([1.0, 2.0, 4.0], [1.0, 2.0, 3.0]), [1.0], seed=0)  # type: ignore[arg-type]
