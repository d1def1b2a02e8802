"""What holds for all tests.

Property tests draw the same examples on every machine, and a slow machine fails none of them. The profile "nightly"
draws others each time, and many more: see CONTRIBUTING.md.

Tests start some hundred processes. They share what Python compiled, also where the environment says that it shall write
none: compiling all modules anew takes each of them ten seconds.
"""

import gc
import importlib
import os
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

settings.register_profile("stattools", deadline=None, derandomize=True, max_examples=50)
settings.register_profile("nightly", deadline=None, print_blob=True, max_examples=10_000)
settings.load_profile("stattools")

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session):
    """Each worker begins at another file, so that no two of them compile the same one at the same time.

    What is collected stays until the end: no garbage is looked for in it, neither here nor by the tests.
    """
    gc.disable()
    worker = getattr(session.config, "workerinput", None)
    if worker is None or session.config.args_source is not session.config.ArgsSource.TESTPATHS:
        return
    files = sorted(HERE.rglob("test_*.py"))
    for path in files[len(files) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"] :]:
        with suppress(Exception, pytest.skip.Exception):  # said where it is collected
            importlib.import_module(".".join(path.relative_to(HERE.parent).with_suffix("").parts))


def pytest_collection_finish():
    gc.freeze()
    gc.enable()
