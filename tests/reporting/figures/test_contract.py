import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from stattools.reporting import figures

grid = np.linspace(0.01, 0.99, 99)
names = ["Intercept", "a$b", "x" * 60]
FIGURES = {
    "likelihood": lambda: figures.likelihood(
        grid, np.exp(-((grid - 0.5) ** 2)), maximum=0.5, intervals={"Wald": (0.2, 0.8)}, xlabel="θ"
    ),
    "posterior": lambda: figures.posterior(
        grid, grid, np.ones(99), interval=(0.2, 0.8), label="94 % HDI", mean=0.5, xlabel="θ"
    ),
    "densities": lambda: figures.densities(grid, {"a$": grid, "b": grid**2}, xlabel="x", ylabel="density"),
    "convergence": lambda: figures.convergence({"BB": ([0, 1], [1.0, 1e-9])}, xlabel="step", ylabel="gap"),
    "residuals": lambda: figures.residuals(grid, np.sin(9 * grid), fitted_label="fitted", residual_label="left"),
    "calibration": lambda: figures.calibration(
        [0.1, 0.3], [0.1, 0.4], [0.0, 0.3], [0.2, 0.5], [0.1, 0.1, 0.3], event="yes = 1"
    ),
    "coefficients": lambda: figures.coefficients(names, [1, 2, 3], [0, 1, 2], [2, 3, 4], xlabel="log odds"),
    "frequencies": lambda: figures.frequencies(
        [0, 1, 2], [0.5, 0.3, 0.2], {"Poisson": [0.6, 0.3, 0.1], "negative binomial": [0.5, 0.3, 0.2]}, xlabel="visits"
    ),
    "probabilities": lambda: figures.probabilities(
        grid, {f"a$ category {k}": (grid, 0.9 * grid, grid) for k in range(9)}, xlabel="dose"
    ),
    "profile": lambda: figures.profile(
        grid, -np.exp(-9 * grid), cut=-0.1, marks={"a$": 0.5, "b": 0.98}, xlabel="coefficient"
    ),
    "means": lambda: figures.means([1, 2], [1, 3], [0.1, 0.2], xlabel="predicted", ylabel="observed"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_valid_xml_with_labelled_axes_and_the_same_bytes_twice(name):
    drawn = figures.svg(FIGURES[name])
    assert drawn == figures.svg(FIGURES[name])
    assert ET.fromstring(drawn).tag.endswith("svg")
    assert b"<dc:date>" not in drawn
    with figures.style():
        figure = FIGURES[name]()
    # Axes above a shared x axis leave its label to the one below.
    assert figure.axes[-1].get_xlabel() or figure.get_supxlabel()
    assert figure.get_supylabel() or all(
        axes.get_ylabel() or axes.get_yticklabels()[0].get_text() for axes in figure.axes
    )
    assert figure.get_figwidth() == figures.WIDTH


def test_pictures_need_no_pyplot_and_ignore_the_settings_of_the_user():
    import matplotlib

    before = figures.svg(FIGURES["means"])
    with matplotlib.rc_context({"font.size": 30.0, "svg.hashsalt": "other", "axes.grid": False}):
        assert figures.svg(FIGURES["means"]) == before
    assert figures.png(FIGURES["means"])[:4] == b"\x89PNG"
    assert matplotlib.rcParams["svg.hashsalt"] != "stattools"


def test_every_figure_function_is_tested():
    drawers = {
        name
        for name, value in vars(figures).items()
        if callable(value) and getattr(value, "__annotations__", {}).get("return") == "Figure"
    }
    assert drawers == set(FIGURES)
    assert "figures" in sys.modules[figures.__name__].__name__
