"""The pages of the site: one line a page."""

from typing import Final

from baken.web.page import Page

from . import (
    about,
    compare,
    embed,
    find,
    home,
    landscape,
    organisation,
    organisations,
    place,
    places,
    project,
    statistics,
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
    landscape.PAGE,
    compare.PAGE,
    statistics.PAGE,
    about.PAGE,
    *embed.PAGES,
)
