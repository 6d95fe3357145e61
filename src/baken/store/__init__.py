"""The statement store: SQLite by default, PostgreSQL when outgrown."""

from .opening import open_store
from .protocol import Facets, Filter, Store, SyncReport, Totals

__all__ = ["Facets", "Filter", "Store", "SyncReport", "Totals", "open_store"]
