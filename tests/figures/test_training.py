"""Curves by epoch, shares of activations, and pictures whose colors end at the same size above and below 0."""

import numpy as np
from numpy.testing import assert_allclose

from stattools.figures import activations, pictures, training


def test_curves_are_told_apart_by_dashes_too():
    (axes,) = training({str(k): ([1, 2], [3.0, k]) for k in range(4)}, ylabel="score", log=True).axes
    assert len({(line.get_color(), line.get_linestyle()) for line in axes.lines}) == 4
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")


def test_activations_are_shares_of_each_layer():
    units = [np.array([0.05, 0.05, 0.95]), np.array([0.5])]
    figure = activations({"a": units, "b": units}, xlabel="activation", bounds=(0.0, 1.0))
    for axes in figure.axes:
        assert_allclose(sum(patch.get_height() for patch in axes.patches), 100.0)
    assert_allclose(max(patch.get_height() for patch in figure.axes[0].patches), 200.0 / 3.0)


def test_signed_pictures_are_white_at_0():
    images = [np.array([[0.0, -2.0], [1.0, 0.5]])]
    for signed, limits in ((True, (-2.0, 2.0)), (False, (0.0, 2.0))):
        axes = pictures(images, ["one"], columns=2, signed=signed).axes
        assert axes[0].images[0].get_clim() == limits
        assert not axes[1].images
