"""Somebody else's fit in our terms: the likelihood that it claims to maximize, and the numbers that it reports.

One file per package reads its objects; everything else sees the neutral description only.
"""
