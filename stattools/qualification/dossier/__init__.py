"""A qualification that an inspector signs: requirements, the tests that show each, and what the tests found here.

`procedure` is what a test is; `installed`, `checked`, `examined`, `documented`, `differing` and `operating`, with the
files of `operation`, bring the tests; `requirements.toml` says what is required, `qualifying` runs all, `pages` makes
the report, and `filing` writes down what was found and compares it with what is found elsewhere.
"""
