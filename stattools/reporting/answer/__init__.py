"""The answer of a report of a regression: a box of a few sentences, and the table and figures behind it."""
