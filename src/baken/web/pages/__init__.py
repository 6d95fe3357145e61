"""The pages of the site: one line a page."""

from typing import Final

from baken.web.page import Page

from . import (
    about,
    embed,
    find,
    guide,
    handbook,
    home,
    organisation,
    organisations,
    place,
    places,
    project,
    theme,
    themes,
)

PAGES: Final[tuple[Page, ...]] = (
    home.PAGE,
    find.PAGE,
    project.PAGE,
    organisations.PAGE,
    organisation.PAGE,
    themes.PAGE,
    theme.PAGE,
    places.PAGE,
    place.PAGE,
    about.PAGE,
    *guide.PAGES,
    handbook.PAGE,
    *embed.PAGES,
)
