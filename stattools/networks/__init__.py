"""Nonlinear predictors: layers that carry values forward and scores backward, composed, trained and asked."""
