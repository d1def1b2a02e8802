"""The house style holds whatever the user has set, and names are plain text."""

import pytest

from stattools import figures
from stattools.figures.canvas import canvas
from stattools.figures.house_style import WIDTH, plain
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
