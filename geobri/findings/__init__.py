"""The published claims as data, each with its test and its verdict."""
