import numpy as np

from stattools.figures import caterpillar


def test_groups_stand_in_order_of_their_effects():
    numbers = np.array([0.5, -1.0, 2.0])
    panels = {"level": (["a", "b", "c"], numbers, numbers - 1.0, numbers + 1.0)}
    axes = caterpillar(panels, ylabel="group").axes[0]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["b", "a", "c"]
    assert np.asarray(axes.lines[1].get_xdata()).tolist() == [-1.0, 0.5, 2.0]


def test_many_groups_have_no_names_and_each_effect_a_panel():
    numbers = np.arange(100.0)
    names = [str(k) for k in range(100)]
    figure = caterpillar(dict.fromkeys(("a", "b"), (names, numbers, numbers, numbers)), ylabel="group")
    assert len(figure.axes) == 2
    assert not figure.axes[0].get_yticklabels()
