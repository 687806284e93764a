"""Dyadic tests: questions about pair matrices, answered by exchanging cities."""

from geobri.stats.dyads.mantel import mantel_test, partial_mantel_test, qap_correlation_test

__all__ = ["mantel_test", "partial_mantel_test", "qap_correlation_test"]
