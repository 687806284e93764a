"""Static maps and charts for print; matplotlib is an extra."""
