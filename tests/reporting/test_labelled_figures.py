from matplotlib.figure import Figure

from stattools.reporting.labelled import relabelled


def test_axes_ticks_titles_and_legends_have_labels_and_long_ones_are_broken():
    figure = Figure(figsize=(7.2, 3))
    axes = figure.add_subplot()
    axes.plot([0, 1], label="lwt")
    axes.legend()
    axes.set_title("mean of lwt, not of lwt2 or x")
    axes.set_xlabel("lwt " * 20)
    axes.set_xticks([0, 1], ["lwt", "x"])
    relabelled(figure, {"lwt": "Weight [$]", "x": "Dose"})
    ticks = axes.xaxis.get_major_formatter()
    assert [ticks(at, None) for at in (0, 1)] == [r"Weight [\$]", "Dose"]
    assert axes.get_title() == r"mean of Weight [\$], not of lwt2 or x"
    assert axes.get_legend().get_texts()[0].get_text() == r"Weight [\$]"
    assert "\n" in axes.get_xlabel()


def test_numbers_along_an_axis_stay():
    figure = Figure()
    axes = figure.add_subplot()
    axes.plot([0, 100])
    before = axes.yaxis.get_major_formatter()
    assert relabelled(figure, {"age": "Age"}).axes[0].yaxis.get_major_formatter() is before
