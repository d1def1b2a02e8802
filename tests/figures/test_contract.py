import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from stattools import figures
from tests.sizes import first

grid = np.linspace(0.01, 0.99, 99)
names = ["Intercept", "a$b", "x" * 60]
FIGURES = {
    "likelihood": lambda: figures.likelihood(
        grid, np.exp(-((grid - 0.5) ** 2)), maximum=0.5, intervals={"Wald": (0.2, 0.8)}, xlabel="θ"
    ),
    "posterior": lambda: figures.posterior(
        grid, grid, np.ones(99), interval=(0.2, 0.8), label="94 % HDI", mean=0.5, xlabel="θ"
    ),
    "over_time": lambda: figures.over_time(
        1.0 + grid, np.sin(9 * grid), (1.0 + grid, grid), level=0.5, xlabel="days", ylabel="log hazard ratio"
    ),
    "densities": lambda: figures.densities(grid, {"a$": grid, "b": grid**2}, xlabel="x", ylabel="density"),
    "convergence": lambda: figures.convergence({"BB": ([0, 1], [1.0, 1e-9])}, xlabel="step", ylabel="gap"),
    "residuals": lambda: figures.residuals(grid, np.sin(9 * grid), fitted_label="fitted", residual_label="left"),
    "calibration": lambda: figures.calibration(
        [0.1, 0.3], [0.1, 0.4], [0.0, 0.3], [0.2, 0.5], [0.1, 0.1, 0.3], event="yes = 1"
    ),
    "offsets": lambda: figures.offsets({"a$b": 0.5, "x" * 60: -3.0}, xlabel="standard errors"),
    "ratios": lambda: figures.ratios(
        names,
        [1.5, 0.5, 40.0],
        [1.0, 0.4, 30.0],
        [2.0, 0.6, 41.0],
        xlabel="ratio",
        groups=["sum of a$", "sum of a$", "product" * 20],
        lost=[False, True, False],
        promised=[np.nan, np.nan, 35.0],
    ),
    "coefficients": lambda: figures.coefficients(names, [1, 2, 3], [0, 1, 2], [2, 3, 4], xlabel="log odds"),
    "rootogram": lambda: figures.rootogram(
        np.arange(4.0), np.array([9.0, 5.0, 2.0, 0.0]), {"a": (np.arange(4.0), 9.0 - np.arange(4.0))}, xlabel="k"
    ),
    "frequencies": lambda: figures.frequencies(
        [0, 1, 2], [0.5, 0.3, 0.2], {"Poisson": [0.6, 0.3, 0.1], "negative binomial": [0.5, 0.3, 0.2]}, xlabel="visits"
    ),
    "probabilities": lambda: figures.probabilities(
        grid, {f"a$ category {k}": (grid, 0.9 * grid, grid) for k in range(9)}, xlabel="dose"
    ),
    "profile": lambda: figures.profile(
        grid, -np.exp(-9 * grid), cut=-0.1, marks={"a$": 0.5, "b": 0.98}, xlabel="coefficient"
    ),
    "accumulation": lambda: figures.accumulation(
        [1, 2, 3],
        [0.4, 0.7, 0.9],
        ([1e-3, 1e-5, 1e-8], [1.0, 2.0, 3.0]),
        labels=("a", "b"),
        limits=(0.01, 0.99),
        xlabel="n",
        ylabel="P(a best)",
        loss_label="loss",
    ),
    "sensitivity": lambda: figures.sensitivity(
        grid[::9],
        [1.0, 10.0, 100.0],
        np.outer([0.2, 0.5, 0.9], grid[::9]),
        size=20.0,
        label="P(a$ > b)",
        xlabel="prior mean",
        ylabel="prior strength",
        cutoff=0.3,
        marks={"own": (0.5, 2.0)},
    ),
    "survival": lambda: figures.survival(
        {"a$": ([2.0, 5.0], [0.75, 0.5], [0.4, 0.2], [0.9, 0.8], [3.0]), "b": ([4.0], [0.5], [0.1], [0.9], [])},
        at_risk={"a$": [4, 2], "b": [2, 1]},
        ticks=[0, 4],
        xlabel="months",
    ),
    "funnel": lambda: figures.funnel(
        [10, 100, 1000],
        [0.1, 0.4, 0.3],
        center=0.3,
        limits={"95 % by chance": ([10, 1000], [0, 0.2], [0.7, 0.4])},
        xlabel="trials",
        ylabel="share",
        names={"a$": (10, 0.1)},
    ),
    "shrinkage": lambda: figures.shrinkage(
        [0.1, 0.5, 0.9], [0.3, 0.5, 0.8], [0.9, 0.5, 0.1], center=0.5, xlabel="observed", ylabel="shrunken"
    ),
    "training": lambda: figures.training({"a$": ([1, 2], [3.0, 1.0]), "b": ([1, 2], [3.0, 2.0])}, ylabel="log score"),
    "activations": lambda: figures.activations(
        {"without, %": [grid, grid], "with, %": [grid, grid]}, xlabel="activation", bounds=(0.0, 1.0)
    ),
    "pictures": lambda: figures.pictures([np.eye(4), -np.eye(4)], ["1$ read as 7", "b"], columns=2, signed=True),
    "levels": lambda: figures.levels(
        [0, 1, 2],
        [1, 2, np.nan],
        [1, 1.5, 1.5],
        {"time": [3, 4], "mean": [2, 2], "lower": [1, 0], "upper": [3, 4]},
        ylabel="value",
    ),
    "gaps": lambda: figures.gaps(
        [0, 1, 2], [1, np.nan, 3], {"carry$": [1, 1, 2], "decay": [1, 1, 2.5]}, xlabel="time", ylabel="value"
    ),
    "products": lambda: figures.products(np.arange(400), {"w": -np.arange(400.0)}, {"w": 320}, floor=-308, xlabel="n"),
    "level": lambda: figures.level(
        grid, grid, (grid, grid, grid - 1, grid + 1), forecast=(grid + 1, grid, grid - 2, grid + 2), ylabel="volume"
    ),
    "gain": lambda: figures.gain(grid, grid[::-1], limit=0.2),
    "innovations": lambda: figures.innovations(grid, np.sin(9 * grid)),
    "agreement": lambda: figures.agreement(
        ["a$", "b"], {"estimates": [16.0, 9.0], "standard errors": [12.0, np.nan]}, cap=12.0, xlabel="digits"
    ),
    "effect_curves": lambda: figures.effect_curves(
        grid,
        {
            "a$ category": {"g = a$": (grid, grid - 0.1, grid + 0.1), "b": (grid, grid, grid)},
            "c": {"g = a$": (grid, grid, grid)},
        },
        xlabel="x",
        ylabel="mean",
        seen=grid[::9],
        bounds=(0.0, 1.0),
    ),
    "effect_levels": lambda: figures.effect_levels(
        ["a$", "x" * 60, "c"],
        {"": {"g = a": ([1, 2, 3], [0, 1, np.nan], [2, 3, np.nan]), "g = b": ([1, 2, 3], [0, 1, 2], [2, 3, 4])}},
        xlabel="x",
        ylabel="mean",
    ),
    "influence": lambda: figures.influence(
        grid, np.sin(9 * grid), grid**2, size=2, names=[f"a${k}" for k in range(99)], worst=[98, 97], note="row a$"
    ),
    "caterpillar": lambda: figures.caterpillar(
        {"a$": (list("ab"), [1, -1], [0, -2], [2, 0]), "b": (["x" * 60, "y"], [0, 0], [0, 0], [0, 0])}, ylabel="g"
    ),
    "fall": lambda: figures.fall(
        grid,
        -((9 * grid - 4) ** 2),
        -((8 * grid - 4) ** 2),
        cut=-1.92,
        maximum=0.45,
        ends={"profile": (0.3, 0.6), "Wald": (0.3, np.inf)},
        xlabel="a$",
        center=0.0,
    ),
    "histograms": lambda: figures.histograms(
        {"a$": grid, "b": grid**2},
        {"a$": (0.1, 0.8), "b": (0.1, 0.2)},
        {"a$": np.ones_like, "b": None},
        label="94 % HDI",
    ),
    "traces": lambda: figures.traces({"a$": np.random.default_rng(0).normal(size=(2, 1200))}),
    "replicated": lambda: figures.replicated(
        [4, 3, 2], [1, 2, 1], [5, 5, 4], xlabel="y", label="94 % of replicated", names=["a$", "b", "c"]
    ),
    "calibrations": lambda: figures.calibrations(
        {"a$": ([0.1, 0.3], [0.1, 0.4], [0.0, 0.3], [0.2, 0.5])} | dict.fromkeys("bcd", ([0.1], [0.1], [0.0], [0.2])),
        ylabel="observed share",
    ),
    "fan": lambda: figures.fan(
        grid, grid, grid + 1, grid, {"95 %": (grid - 1, grid + 1), "50 %": (grid - 0.5, grid + 0.5)}, ylabel="volume"
    ),
    "states": lambda: figures.states(
        grid, grid, {"level": (grid, grid - 1, grid + 1), "trend": (grid, grid - 1, grid + 1)}, label="smoothed"
    ),
    "smooth": lambda: figures.smooth(
        grid, {"a$": (grid, grid - 1, grid + 1, grid - 2, grid + 2)}, xlabel="x", ylabel="s(x)", seen=[grid]
    ),
    "means": lambda: figures.means([1, 2], [1, 3], [0.1, 0.2], xlabel="predicted", ylabel="observed"),
}


@pytest.mark.parametrize("name", first(5, FIGURES))
def test_every_figure_is_valid_xml_with_labelled_axes_and_the_same_bytes_twice(name):
    drawn = figures.svg(FIGURES[name])
    assert drawn == figures.svg(FIGURES[name])
    assert ET.fromstring(drawn).tag.endswith("svg")
    assert b"<dc:date>" not in drawn
    with figures.style():
        figure = FIGURES[name]()
    assert figure.get_figwidth() == figures.WIDTH
    if name == "pictures":  # images have a title each instead of axes
        assert all(axes.get_title(loc="center") and not axes.axison for axes in figure.axes)
        return
    # Axes above a shared x axis leave its label to the one below.
    assert figure.axes[-1].get_xlabel() or figure.get_supxlabel()
    shared = [axes for axes in figure.axes if axes.get_subplotspec().is_first_col()]  # others share the label beside
    assert figure.get_supylabel() or all(axes.get_ylabel() or axes.get_yticklabels()[0].get_text() for axes in shared)


def test_every_figure_function_is_tested():
    drawers = {
        name
        for name, value in vars(figures).items()
        if callable(value) and getattr(value, "__annotations__", {}).get("return") == "Figure"
    }
    assert drawers == set(FIGURES)
    assert "figures" in sys.modules[figures.__name__].__name__
