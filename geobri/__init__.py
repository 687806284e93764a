"""geobri: connectivity indices of cities and corridors, honest spatial tests, one offline map."""

__version__ = "0.1.0"
