"""`import stattools` is light: no heavy package comes with it, and names load when they are used."""

import importlib.util
import subprocess
import sys

import pytest

import stattools

HEAVY = ("statsmodels", "arviz", "matplotlib", "formulaic", "nutpie", "pandas", "scipy", "xarray", "typer", "rich")


def modules_after(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in done.stdout.split()}


def test_import_loads_nothing_heavy():
    assert not modules_after("import stattools") & set(HEAVY)


def test_a_fit_of_arrays_loads_no_reference_no_plots_no_formulas():
    code = "import stattools as st; st.fit(st.ols([1.0, 2.0, 4.0], [0.0, 1.0, 2.0]))"
    assert not modules_after(code) & {"statsmodels", "arviz", "matplotlib", "formulaic", "nutpie"}


def test_a_fit_of_a_table_loads_no_cluster():
    code = "import stattools as st; st.fit(st.ols('y ~ x', {'y': [1.0, 2.0, 4.0], 'x': [0.0, 1.0, 2.0]}))"
    assert not modules_after(code) & {"dask", "distributed"}


@pytest.mark.parametrize("name", stattools.__all__)
def test_every_public_name_loads_and_is_documented(name):
    value = getattr(stattools, name)
    assert name == "__version__" or (value.__doc__ and len(value.__doc__.strip()) > 20)


def test_type_checkers_see_the_same_names():
    import ast
    from pathlib import Path

    tree = ast.parse(Path(stattools.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    lines = [n for n in tree.body if isinstance(n, ast.ImportFrom) and n.names[0].asname]
    seen = {alias.asname: f"{n.module}" for n in lines for alias in n.names}
    assert seen == {n: f"stattools.{m}" for n, m in stattools._MODULE_OF.items()}


def test_submodules_do_not_hide_public_names():
    """A module called like a function would replace it on import."""
    for name in stattools._MODULE_OF:
        assert importlib.util.find_spec(f"stattools.{name}") is None


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match=r"no 'olss'\. Did you mean 'ols'"):
        _ = stattools.olss
