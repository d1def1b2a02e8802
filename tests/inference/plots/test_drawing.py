"""A figure is asked for by its name; what is unknown, missing or of another figure is refused with what there is."""

import subprocess
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure

import stattools as st
from stattools.inference.plots.drawing import Plot
from stattools.inference.plots.kinds import PLOTS

table = {"y": [1.0, 3.0, 5.0, 8.0, 8.0, 7.0], "x": [0, 1, 2, 3, 4, 5], "g": list("aabbab")}
fit = st.fit(st.ols("y ~ x + g", table))


def test_without_a_name_it_is_the_first_that_the_fit_has():
    assert "change in the mean of y" in fit.plot().axes[0].get_xlabel()
    assert st.fit(st.local_level([1.0, 3.0, 2.0, 4.0, 3.0, 6.0])).plot().axes[0].get_ylabel() == "y"


@pytest.mark.parametrize(
    ("what", "options", "said"),
    [
        ("coefficent", {}, "Did you mean 'coefficients'"),
        (3, {}, 'has the figures "coefficients", "effect"'),
        (["effect"], {}, "plot draws no"),
        ("forecast", {"steps": 3}, "belongs to models of a series"),
        ("residuals", {"by": "g"}, r'plot\("residuals"\) has no by=; it takes kind=, seed='),
        ("influence", {"exponentiate": True}, r'and takes no options. plot\("coefficients"\) has it'),
        ("coefficients", {"bins": 3}, r'plot\("calibration"\) has it'),
    ],
)
def test_what_is_not_there_is_refused_with_what_there_is(what, options, said):
    with pytest.raises(st.IncompatibleError, match=said):
        fit.plot(what, **options)


def test_words_are_read_however_they_are_written():
    assert isinstance(fit.plot("Coefficients"), Figure)


def test_every_option_of_a_figure_is_one_of_plot():
    import inspect

    known = set(inspect.signature(st.Fit.plot).parameters)
    assert {option for plot in PLOTS.values() for option in plot.options} == known - {"self", "what", "ax"}
    assert Plot(lambda fit, a, b=1: None).options == ("a", "b")  # type: ignore[arg-type]


def test_a_fit_without_its_rows_draws_what_needs_none(tmp_path):
    loaded = st.load(fit.save(tmp_path / "fit"))
    assert isinstance(loaded.plot("coefficients"), Figure)
    assert isinstance(loaded.plot("effect", "x", data=table), Figure)
    with pytest.raises(st.IncompatibleError, match="has the figures"):
        loaded.plot("residuals")
    with pytest.raises(st.IncompatibleError):
        loaded.plot("profile", "x")


def test_rows_in_files_draw_what_sums_tell(tmp_path):
    pd = pytest.importorskip("pandas")
    g = np.random.default_rng(0)
    frame = pd.DataFrame({"x": g.normal(size=80), "y": g.normal(size=80)})
    frame.to_parquet(tmp_path / "rows.parquet")
    fit = st.fit(st.ols("y ~ x", st.scan(tmp_path / "rows.parquet")))
    for name in ("coefficients", "effect", "profile"):
        assert isinstance(fit.plot(name), Figure)
    with pytest.raises(st.IncompatibleError, match="needs all rows in memory"):
        fit.plot("residuals")


@pytest.mark.slow  # another interpreter
def test_matplotlib_is_loaded_when_something_is_drawn():
    code = (
        "import sys, stattools as st; f = st.fit(st.ols([1.0, 2.0, 4.0], [1.0, 2.0, 3.5])); dir(f); "
        "assert 'matplotlib' not in sys.modules; f.plot(); assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
