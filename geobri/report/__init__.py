"""From a study to one HTML file and its tables."""
