"""Commands are imported when they are asked for, and a fit imports nothing that only others need."""

import gc
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from stattools.cli.application import Loaded, no_garbage
from stattools.cli.commands import COMMANDS

HOME = Path(__file__).parents[2] / "stattools" / "cli"

NOT_NEEDED = (
    "scipy.stats", "scipy.optimize", "scipy.sparse", "scipy.integrate", "scipy.interpolate", "matplotlib",
    "stattools.bayes", "stattools.networks", "stattools.validation", "stattools.reporting", "stattools.figures",
    "stattools.gallery", "stattools.benchmarking", "stattools.qualification", "statsmodels", "pydantic",
    "stattools.inference.mixed", "stattools.inference.survival", "stattools.inference.fitting.ways",
    "stattools.latent", "stattools.models.mixed", "stattools.solvers.mixed",
)  # fmt: skip
"""What a fit and its printed table do without; all of it took longer to load than NumPy and pandas together."""

WHAT = """
import sys
from stattools.cli import main
sys.argv = ["stattools", *{words!r}]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print("loaded:", *sorted(sys.modules))
"""


def modules(folder, *words):
    code = WHAT.format(words=words)
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, check=True, capture_output=True, text=True)
    shown, _, names = done.stdout.rpartition("loaded:")
    return shown, set(names.split())


def test_every_command_is_a_function_of_its_name_in_a_file_of_its_name():
    loaded = Loaded()
    assert list(loaded) == list(COMMANDS)
    assert len(loaded) == len(COMMANDS)
    for name in COMMANDS:
        assert f"\ndef {name}(\n" in (HOME / f"{name}.py").read_text()
    assert loaded["verify"].name == "verify"
    assert loaded["verify"] is loaded["verify"]
    assert loaded.get("verfy") is None


def test_garbage_is_searched_for_again_afterwards():
    for before in (gc.disable, gc.enable):
        before()
        was = gc.isenabled()
        with no_garbage():
            assert not gc.isenabled()
        assert gc.isenabled() == was
    gc.unfreeze()


OF_EVERY_FIT = ("interface", "numerics", "likelihoods", "data", "latent", "models", "solvers", "series", "inference")
"""Rooms that a fit loads."""

LATE = re.compile(
    r"^from scipy(\.(fft|optimize|sparse|stats|integrate)\b| import .*\b(fft|optimize|sparse|stats|integrate)\b)", re.M
)


def test_what_every_fit_loads_takes_parts_of_scipy_when_they_are_needed():
    """`from stattools.interface.when_needed import optimize`: nothing waits for what it does not use."""
    files = [path for room in OF_EVERY_FIT for path in (HOME.parent / room).rglob("*.py")]
    assert len(files) > 200
    early = [str(path) for path in files if path.name != "when_needed.py" and LATE.search(path.read_text("utf-8"))]
    assert not early


@pytest.mark.slow
def test_a_fit_imports_what_it_needs(tmp_path):
    pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0, 4.0], "y": [1.0, 2.5, 2.0, 4.0, 4.5]}).to_csv(tmp_path / "data.csv")
    shown, loaded = modules(tmp_path, "fit", "data.csv", "y ~ x")
    assert "Linear regression" in shown
    assert not loaded & set(NOT_NEEDED)
    assert "stattools.cli.report" not in loaded
    shown, loaded = modules(tmp_path, "--version")
    assert not loaded & {"numpy", "pandas", "scipy"}
