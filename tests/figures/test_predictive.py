from stattools.figures import replicated


def test_bars_are_what_was_seen_and_lines_where_replicated_ones_lie():
    axes = replicated([4, 3], [1, 2], [5, 5], edges=[0.0, 1.0, 3.0], xlabel="y", label="94 %").axes[0]
    assert [bar.get_height() for bar in axes.patches] == [4.0, 3.0]
    assert [segment[:, 1].tolist() for segment in axes.collections[0].get_segments()] == [[1, 5], [2, 5]]
    assert [segment[0, 0] for segment in axes.collections[0].get_segments()] == [0.5, 2.0]
