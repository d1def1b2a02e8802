"""Qualification: the whole package against references, exact answers and simulations, and the installation it runs in.

One idea per file: a subject (`accuracy_sets`, `agreements`, `closed_forms`, ...) has a tuple `CHECKS` of `Check`s;
`qualify` runs them, `document` makes a report of what they found.
"""
