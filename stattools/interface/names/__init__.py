"""Names of statsmodels, R, scikit-learn, pyfixest and others, and what stands for them here: one table for errors and
for the pages `docs/coming_from`.

The files `of_*.py` are data; `answers.py` and `arguments.py` make sentences of them, and `guesses.py` lets classes and
functions say these.
"""
