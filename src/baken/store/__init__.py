"""The statement store: SQLite by default, PostgreSQL when outgrown."""

from .opening import open_store
from .protocol import Change, Facets, Filter, Store, SyncReport, Totals
from .still import StillStore

__all__ = [
    "Change",
    "Facets",
    "Filter",
    "StillStore",
    "Store",
    "SyncReport",
    "Totals",
    "open_store",
]
