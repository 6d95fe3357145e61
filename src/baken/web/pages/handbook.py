"""The handbook for one company, as a page; `baken.web.handbooks` gives the same as a PDF."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from baken.guide import Handbook
from baken.model import LANGUAGES
from baken.web.guidance import Company
from baken.web.page import Page, Query
from baken.workspace import Workspace


class HandbookPage(Struct, frozen=True, kw_only=True):
    """Context of the handbook.

    Attributes:
        book: the handbook.
        problem: what is wrong with the answers in the address, or None; none of them counts then.
        pdf: address of the same as a PDF.
        back: the guide, told the same of the company.
        kept: the answers in the address, as fields of a form.
    """

    book: Handbook
    problem: str | None
    pdf: str
    back: str
    kept: tuple[tuple[str, str], ...]


def handbook_for(workspace: Workspace, query: Query) -> Handbook:
    """Return the handbook that an address asks for.

    Its language is that of the address, unless a parameter ``language`` names another.
    """
    company = Company(workspace, query)
    wanted = query.one("language")
    return workspace.handbook(
        company.profile,
        need=query.one("need"),
        language=wanted if wanted in LANGUAGES else query.language,
    )


def build(workspace: Workspace, query: Query) -> HandbookPage:
    """Return the context of the handbook."""
    company = Company(workspace, query)
    return HandbookPage(
        book=handbook_for(workspace, query),
        problem=company.problem,
        pdf=company.address(
            "/handbook.pdf", need=query.one("need"), language=query.one("language")
        ),
        back=company.address("/guide"),
        kept=tuple((key, one) for key, values in company.given.items() for one in values),
    )


PAGE: Final = Page(
    "/handbook",
    "/handbook.json",
    "handbook.html",
    HandbookPage,
    build,
    section="guide",
    published=None,
)
