import numpy as np

from stattools.figures import fall

x = np.linspace(-1.0, 3.0, 41)


def test_each_interval_has_its_ends_at_the_cut_and_one_without_an_end_has_one_point():
    ends = {"profile": (0.1, np.inf), "Wald": (0.0, 2.0)}
    axes = fall(x, -((x - 1) ** 2), -((x - 1) ** 2), cut=-1.0, maximum=1.0, ends=ends, xlabel="b").axes[0]
    at_cut = [line.get_xdata() for line in axes.lines if np.ndim(line.get_ydata()) and set(line.get_ydata()) == {-1.0}]
    points = [list(map(float, values)) for values in at_cut if list(values) != [0, 1]]
    assert points == [[0.1], [0.0, 2.0]]
    assert axes.get_ylim()[0] == -2.2
