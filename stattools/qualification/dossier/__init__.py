"""A qualification that an inspector signs: requirements, the tests that show each, and what the tests found here.

One idea per file: `procedure` is what a test is; `installed`, `checked`, `examined`, `documented`, `differing` and
`operating`, with the files of `operation`, bring the tests; `requirements` says what is required, `qualifying` runs
all, `pages` makes the report, `manifest` and `filing` write down what was found, and `verification` compares it with
what is found elsewhere.
"""
