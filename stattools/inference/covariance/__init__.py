"""Covariances of the estimate that do not trust the model: sandwiches of scores.

    V = c C M C,   C = information^-1 (the bread),   M = sum of s_i s_i^T over what is independent (the meat)

s_i is the score of row i. HC0-HC4: rows are independent (White 1980; MacKinnon & White 1985; Cribari-Neto 2004). HAC:
rows are a series (Newey & West 1987). Cluster: the sums of the scores in groups are independent (Liang & Zeger 1986;
two-way: Cameron, Gelbach & Miller 2011). Where a scale is estimated, scores and bread are those of scale 1: it cancels.
"""

from stattools.inference.covariance.covariance import Covariance, Satterthwaite, covariance
from stattools.inference.covariance.kinds import HAC, Cluster, Groups

__all__ = ["HAC", "Cluster", "Covariance", "Groups", "Satterthwaite", "covariance"]
