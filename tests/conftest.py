"""Property tests draw the same examples on every machine, and a slow machine fails none of them.

The profile "nightly" draws others each time, and many more: see CONTRIBUTING.md.
"""

from hypothesis import settings

settings.register_profile("stattools", deadline=None, derandomize=True)
settings.register_profile("nightly", deadline=None, print_blob=True, max_examples=10_000)
settings.load_profile("stattools")
