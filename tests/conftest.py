"""What holds for all tests.

Property tests draw the same examples on every machine, and a slow machine fails none of them. The profile "nightly"
draws others each time, and many more: see CONTRIBUTING.md.

Tests start some hundred processes. They share what Python compiled, also where the environment says that it shall write
none: compiling all modules anew takes each of them ten seconds.
"""

import os
import sys

from hypothesis import settings

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

settings.register_profile("stattools", deadline=None, derandomize=True)
settings.register_profile("nightly", deadline=None, print_blob=True, max_examples=10_000)
settings.load_profile("stattools")
