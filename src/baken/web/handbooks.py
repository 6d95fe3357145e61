"""Handbooks as PDF: ``/handbook.pdf``, with the parameters of the page."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response

from baken.guide import print_pdf
from baken.text.speech import Speech

from .page import Query, localised
from .pages.handbook import handbook_for
from .routing import get
from .site import Site

_PATH: Final = "/handbook.pdf"


def handlers(site: Site) -> list[Any]:
    """Return the routes of the PDF, one a language."""
    return [_handler(site, say) for say in site.speeches.values()]


def _handler(site: Site, say: Speech) -> Any:
    @get(localised(_PATH, say.language), sync_to_thread=True)
    def handbook(request: Request[Any, Any, Any]) -> Response[bytes]:
        """Return the handbook for the company and the need in the address."""
        parameters: dict[str, list[str]] = {}
        for name, value in request.query_params.multi_items():
            if value:
                parameters.setdefault(name, []).append(value)
        book = handbook_for(site.workspace, Query(_PATH, {}, parameters, say))
        return Response(
            print_pdf(book),
            media_type="application/pdf",
            headers={
                "Content-Disposition": f'inline; filename="handbook-{book.language}.pdf"',
                "Cache-Control": "private, no-store",
            },
        )

    return handbook
