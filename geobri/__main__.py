"""Run the command line with ``python -m geobri``."""

from geobri.cli import main

main()
