"""The exam: laws that any right fit obeys, put to a package in an environment of its own.

Everything that a package is asked is a few lines of Python: a problem and what a law changes in it (`laws.py`), and how
the package fits it (`adapters.toml`). They run in the package's environment (`harness.py`); so what fails has a
reproducer: the lines themselves.
"""
