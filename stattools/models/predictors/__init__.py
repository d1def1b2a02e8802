"""Predictors: how parameters theta make the linear predictor eta from a block of rows."""
