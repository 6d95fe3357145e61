"""Pieces of the site that other sites show in a frame."""

from __future__ import annotations

from typing import Final

from baken.web.page import Page

from . import landscape, map, organisation

PAGES: Final[tuple[Page, ...]] = (
    Page(
        "/embed/organisations/{id:str}",
        "/embed/organisations/{id}.json",
        "embed_organisation.html",
        organisation.OrganisationPage,
        organisation.build,
        published=None,
        is_embed=True,
    ),
    Page(
        "/embed/map",
        "/embed/map.json",
        "embed_map.html",
        map.MapPage,
        map.build,
        section="map",
        published=None,
        is_embed=True,
    ),
    Page(
        "/embed/landscape",
        "/embed/landscape.json",
        "embed_landscape.html",
        landscape.LandscapePage,
        landscape.build,
        published=None,
        is_embed=True,
    ),
)
