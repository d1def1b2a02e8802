"""One line per peer, the first on top, under the heading of its group; the slower side of 1 is vermilion."""

import numpy as np
from numpy.testing import assert_allclose

from stattools.figures import ratios
from stattools.figures.house_style import BLUE, VERMILION
from stattools.figures.ratios import _places


def drawn(**options):
    return ratios(["a", "b", "c"], [2.0, 0.5, 8.0], [1.0, 0.4, 6.0], [3.0, 0.6, 9.0], xlabel="ratio", **options).axes[0]


def test_what_is_lost_is_below_1_unless_it_is_said():
    points = {line.get_color(): line.get_xdata().tolist() for line in drawn().lines if line.get_marker() == "o"}
    assert points == {BLUE: [2.0, 8.0], VERMILION: [0.5]}
    points = [line for line in drawn(lost=[True, False, False]).lines if line.get_color() == VERMILION]
    assert points[0].get_xdata().tolist() == [2.0]


def test_ranges_are_those_of_the_rounds():
    segments = np.concatenate([lines.get_segments() for lines in drawn().collections])
    assert_allclose(sorted(segments[:, :, 0].tolist()), [[0.4, 0.6], [1.0, 3.0], [6.0, 9.0]])


def test_groups_have_headings_above_their_peers():
    places, headings = _places(3, ["one", "one", "two"])
    assert headings == [(4.0, "one"), (1.0, "two")]
    assert places.tolist() == [3.0, 2.0, 0.0]
    assert _places(2, ())[0].tolist() == [1.0, 0.0]
