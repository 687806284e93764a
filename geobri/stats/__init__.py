"""Statistics of corridors and cities: one file per question, one permutation engine, one result type."""
