"""statsmodels' results in our terms: one file per kind of model, and `results.py` that knows which."""
