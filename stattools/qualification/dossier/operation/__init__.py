"""Tests of what the package answers, each against a formula, a distribution of SciPy, a loop, or a dense computation.

One subject per file, each with a table `TESTS` from the name of a test to a function without arguments that gives pairs
of numbers: ours, and what is right. Refusals have a table of their own.
"""
