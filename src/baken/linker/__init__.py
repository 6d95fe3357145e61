"""The linker: free text → the organisations of a registry, and of the landscape, that it names.

`build` makes an index of a registry; `Linker` answers on it. Both are loaded when first asked for:
the reader of registries next door does not need the compiled code they bring.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .protocol import LinkerLike

if TYPE_CHECKING:
    from .index import IndexReport, build
    from .linker import Explanation, Linker

__all__ = ["Explanation", "IndexReport", "Linker", "LinkerLike", "build"]


def __getattr__(name: str) -> Any:
    if name in ("build", "IndexReport"):
        from . import index

        return getattr(index, name)
    if name in ("Linker", "Explanation"):
        from . import linker

        return getattr(linker, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
