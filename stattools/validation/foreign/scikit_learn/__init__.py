"""scikit-learn's estimators as descriptions: what maximizes which likelihood, on which columns, with which penalty."""
