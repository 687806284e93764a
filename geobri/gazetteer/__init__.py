"""Places and countries by name: the gazetteer, aliases, and geocoding that never guesses."""
