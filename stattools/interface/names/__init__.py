"""Names of statsmodels, R, scikit-learn, pyfixest and others, and what stands for them here: one vocabulary for errors
and for the pages `docs/coming_from`. `vocabulary.toml` is data, `answers.py` makes sentences of it, and `guesses.py`
lets classes and functions say these.
"""
