"""The house style holds whatever the user has set, and names are plain text."""

import re

import numpy as np
import pytest

from stattools import figures
from stattools.figures.canvas import canvas
from stattools.figures.house_style import WIDTH, plain, settled
from tests.figures.test_contract import FIGURES


def test_pictures_need_no_pyplot_and_ignore_the_settings_of_the_user():
    import matplotlib

    before = figures.svg(FIGURES["means"])
    with matplotlib.rc_context({"font.size": 30.0, "svg.hashsalt": "other", "axes.grid": False}):
        assert figures.svg(FIGURES["means"]) == before
    assert figures.png(FIGURES["means"])[:4] == b"\x89PNG"
    assert matplotlib.rcParams["svg.hashsalt"] != "stattools"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a$b", r"a\$b"),
        ("line\nbreak\tand  spaces", "line break and spaces"),
        ("x" * 28, "x" * 28),
        ("abcdefghijklmnopqrstuvwxyz0123", "abcdefghijklm…qrstuvwxyz0123"),
        ("süd λ 漢", "süd λ □"),
    ],
)
def test_names_are_plain_text_in_one_line(name, text):
    assert plain(name) == text


def test_a_canvas_has_the_width_of_the_house_and_axes_in_a_grid():
    figure, axes = canvas(3.0, nrows=2, ncols=3)
    assert figure.get_size_inches().tolist() == [WIDTH, 3.0]
    assert axes.shape == (2, 3)


def drawn(noise):
    """A figure with clip paths, markers and text, of numbers that differ in the last digits."""
    x = np.linspace(0.0, 1.0, 30) * (1.0 + noise)
    return figures.svg(lambda: figures.means(x, np.exp(x), 0.1 + 0.01 * x, xlabel="x", ylabel="y"))


def test_round_off_changes_no_byte():
    assert drawn(0.0) == drawn(3e-16) == drawn(1e-9)
    assert drawn(0.0) != drawn(1e-3)


def test_names_are_numbered_and_all_of_them_are_defined():
    text = drawn(0.0).decode()
    used = set(re.findall(r'(?:url\(|href=")#([^")]+)', text))
    assert {name[0] for name in used} >= {"m", "p"}
    assert used <= set(re.findall(r'id="([^"]+)"', text))
    assert not re.search(r'[mp][0-9a-f]{10}["\)]', text)
    assert settled(text) == text


def test_coordinates_are_rounded_and_nothing_else():
    before = 'g transform="translate(1.23456 -0.0004) scale(0.015625)" style="opacity: 0.1234" d="M 1e-05 9.999"'
    after = 'g transform="translate(1.23 0) scale(0.015625)" style="opacity: 0.1234" d="M 1e-05 10"'
    assert settled(before) == after
