"""What `fit.plot` says in its docstring is what there is."""

import inspect

import stattools as st
from stattools.inference.plots.kinds import PLOTS


def test_the_docstring_names_every_figure_and_every_option():
    text = inspect.getdoc(st.Fit.plot) or ""
    for name in PLOTS:
        assert f'"{name}"' in text
    for name in inspect.signature(st.Fit.plot).parameters:
        assert name == "self" or f"`{name}" in text or f"`{name}`" in text, name
