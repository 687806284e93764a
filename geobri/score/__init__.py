"""Composite indices of cities and corridors, and the way back from a published ranking."""
