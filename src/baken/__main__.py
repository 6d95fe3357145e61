"""``python -m baken``."""

from baken.cli import main

main()
