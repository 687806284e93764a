"""Models of pairs: one least squares, one likelihood, city effects, errors of pairs that share cities, and their test."""
