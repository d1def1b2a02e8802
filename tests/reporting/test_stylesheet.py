"""The colors of figures and pages: legible, and different for the color-blind, by simulation.

Simulation: Machado, Oliveira & Fernandes, A Physiologically-based Model for Simulation of Color Vision Deficiency
(2009), severity 1, on linear RGB. Distance: CIE 1976 in L*a*b*. Contrast: WCAG 2.
"""

from itertools import combinations

import numpy as np
import pytest

from stattools.figures.house_style import BLUE, GREEN, INK, ORANGE, VERMILION
from stattools.reporting.html import DARK, DARK_FIGURE, GROUND, PAGE

SIGHT = {
    "usual": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
LIGHT = (BLUE, VERMILION, GREEN, ORANGE, INK)


def linear(color):
    rgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255.0
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    x, y, z = np.cbrt(XYZ @ np.clip(rgb, 0.0, 1.0) / XYZ.sum(axis=1))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(a, b):
    one, other = sorted(XYZ[1] @ linear(c) + 0.05 for c in (a, b))
    return other / one


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("palette", [LIGHT, tuple(DARK[color] for color in LIGHT)], ids=["light", "dark"])
def test_colors_differ_for_every_kind_of_sight(sight, palette):
    seen = {color: lab(np.array(SIGHT[sight]) @ linear(color)) for color in palette}
    closest = min(np.linalg.norm(seen[a] - seen[b]) for a, b in combinations(palette, 2))
    assert closest > 14.0


def test_the_simulation_tells_a_palette_that_the_color_blind_cannot_use():
    seen = [[lab(np.array(SIGHT[sight]) @ linear(color)) for color in ("#C05040", "#7F7F40")] for sight in SIGHT]
    usual, _, deutan, _ = (float(np.linalg.norm(a - b)) for a, b in seen)
    assert (usual > 50, deutan < 5) == (True, True)


@pytest.mark.parametrize("color", LIGHT)
def test_lines_stand_out_from_their_ground(color):
    assert contrast(color, "#FFFFFF") > (2.0 if color == ORANGE else 3.0)
    assert contrast(DARK[color], GROUND) > 4.5


def test_the_dark_figure_repaints_ground_ink_and_every_color():
    for color in (*LIGHT, "#FFFFFF"):
        assert f'[style*="fill: {color.lower()}"]' in DARK_FIGURE
    assert DARK_FIGURE.startswith("@media screen and (prefers-color-scheme: dark){")
    assert GROUND in PAGE
