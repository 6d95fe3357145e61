"""Who is linked to whom: relations and shared themes as a graph, its paths and its drawing.

Pure: a network is made from organisations, whoever read them, and knows no store, page or language.
"""

from .graph import HEIGHT, WIDTH, Link, Network, Path, Reading, Step, explore

__all__ = ["HEIGHT", "WIDTH", "Link", "Network", "Path", "Reading", "Step", "explore"]
