"""A package that stands for another loads it with the first thing that is asked of it, and not before."""

import subprocess
import sys

import pytest

from stattools.interface.when_needed import Package, pd


def test_nothing_is_loaded_before_it_is_used():
    code = (
        "import sys; from stattools.interface.when_needed import pa, pd; print({'pandas', 'pyarrow'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_it_gives_what_the_package_has():
    import pandas

    assert pd.DataFrame is pandas.DataFrame
    with pytest.raises(AttributeError, match="no_such_thing"):
        pd.no_such_thing  # noqa: B018


def test_a_package_that_is_not_there_is_missed_when_it_is_used():
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        Package("no_such_package").anything  # noqa: B018


def test_a_package_is_looked_up_once(monkeypatch):
    math = Package("math")
    assert math.sqrt(4.0) == 2.0
    monkeypatch.setattr("stattools.interface.when_needed.import_module", lambda name: 1 / 0)
    assert math.sqrt(9.0) == 3.0
