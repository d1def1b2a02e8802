"""Posteriors without a closed form: the density on the whole line, and draws from it by NUTS, by Laplace's
approximation, or by importance sampling from that.
"""
