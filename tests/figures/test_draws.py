import numpy as np

from stattools.figures import histograms, replicated, traces


def test_the_interval_is_the_darker_part_and_a_flat_prior_has_no_line():
    draws = np.random.default_rng(0).normal(size=2000)
    made = histograms(
        {"b": draws, "c": draws}, {"b": (-1, 1), "c": (-1, 1)}, {"b": np.cos, "c": None}, label="94 % HDI"
    )
    first, second = made.axes
    assert len(first.lines) == 3  # the mean, the prior, and its name in the legend
    assert len(second.lines) == 1
    heights = [bar.get_height() * bar.get_width() for bar in first.patches[:40]]
    assert abs(sum(heights) - 1.0) < 1e-12
    inside = sum(bar.get_height() * bar.get_width() for bar in first.patches[40:])
    assert abs(inside - np.mean(np.abs(draws) < 1.0)) < 0.05


def test_ranks_of_a_chain_that_is_elsewhere_are_uneven():
    values = np.random.default_rng(1).normal(size=(2, 500)) + np.array([[0.0], [3.0]])
    trace, ranks = traces({"b": values}).axes
    assert len(trace.lines) == 2
    counts = np.asarray(ranks.lines[0].get_ydata())[:-1]
    assert counts.sum() == 500
    assert counts[:8].sum() > 380


def test_bars_are_what_was_seen_and_lines_where_replicated_ones_lie():
    axes = replicated([4, 3], [1, 2], [5, 5], edges=[0.0, 1.0, 3.0], xlabel="y", label="94 %").axes[0]
    assert [bar.get_height() for bar in axes.patches] == [4.0, 3.0]
    assert [segment[:, 1].tolist() for segment in axes.collections[0].get_segments()] == [[1, 5], [2, 5]]
    assert [segment[0, 0] for segment in axes.collections[0].get_segments()] == [0.5, 2.0]
