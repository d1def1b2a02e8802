"""A probability with its limits, and one line of expected loss per choice."""

from numpy.testing import assert_array_equal

from stattools.figures import accumulation


def test_limits_and_losses_are_drawn():
    losses = ([1e-3, 1e-5], [1.0, 2.0])
    figure = accumulation([1, 2], [0.4, 0.7], losses, labels=("A", "B"), limits=(0.05, 0.95), xlabel="n", ylabel="P",
                          loss_label="loss")  # fmt: skip
    top, bottom = figure.axes
    assert [line.get_ydata()[0] for line in top.lines[:2]] == [0.05, 0.95]
    assert_array_equal(top.lines[2].get_xydata(), [[1, 0.4], [2, 0.7]])
    assert [line.get_ydata().tolist() for line in bottom.lines] == [list(loss) for loss in losses]
    assert bottom.get_yscale() == "log"
    assert [text.get_text() for text in bottom.get_legend().get_texts()] == ["A", "B"]
