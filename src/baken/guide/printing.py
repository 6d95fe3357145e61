"""A handbook on paper: a tagged PDF (PDF/UA-1), set by typst from `handbook.typ`.

The same handbook gives the same bytes: fonts come with Baken or with typst, never from the machine,
and the document bears the handbook's own date.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Final, Literal

import msgspec

from .handbook import Handbook

_HERE: Final = Path(__file__).parent
_TEMPLATE: Final = _HERE / "handbook.typ"
_FONTS: Final = _HERE / "fonts"


def print_pdf(handbook: Handbook) -> bytes:
    """Return a handbook as a PDF that conforms to PDF/UA-1."""
    made = _typeset(handbook, "pdf")
    assert isinstance(made, bytes)
    return made


def print_images(handbook: Handbook, *, ppi: float = 96) -> list[bytes]:
    """Return a handbook's pages as PNG, to be looked at.

    Args:
        handbook: what to print.
        ppi: pixels an inch.
    """
    made = _typeset(handbook, "png", ppi)
    return made if isinstance(made, list) else [made]


def _typeset(
    handbook: Handbook, form: Literal["pdf", "png"], ppi: float | None = None
) -> bytes | list[bytes]:
    import typst  # a large library: only who prints pays for loading it

    compiler = typst.Compiler(
        _TEMPLATE,
        root=_HERE,
        font_paths=[_FONTS],
        ignore_system_fonts=True,
        sys_inputs={"handbook": msgspec.json.encode(handbook).decode()},
    )
    noon = datetime.datetime.fromisoformat(f"{handbook.date}T12:00:00+00:00")
    made = compiler.compile(
        format=form,
        ppi=ppi,
        timestamp=noon,
        pdf_standards=["ua-1"] if form == "pdf" else [],
    )
    assert made is not None  # None is for what is written to a file
    return made
