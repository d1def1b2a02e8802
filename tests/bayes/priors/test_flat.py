"""Flat priors are no distributions."""

import pytest

import stattools as st


def test_flat_is_no_distribution():
    assert st.Flat().log_density(3.0) == st.Flat().slope(3.0) == 0.0
    with pytest.raises(st.IncompatibleError, match="Flat is no distribution"):
        st.Flat().sample(3, seed=0)


@pytest.mark.parametrize("ask", ["density", "log_density", "slope"])
def test_many_uniforms_take_points_whose_shape_goes_with_theirs(ask):
    many = st.Uniform(-2.5, [3.0, -0.5])
    for x in ([], [1.0, 2.0, 3.0]):
        with pytest.raises(st.DomainError, match=r"x is a number, of a shape that goes with \(2,\)"):
            getattr(many, ask)(x)
    assert getattr(many, ask)(1.0).tolist() == [getattr(st.Uniform(-2.5, high), ask)(1.0) for high in (3.0, -0.5)]
