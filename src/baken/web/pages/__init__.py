"""The pages of the site: one line a page."""

from typing import Final

from baken.web.page import Page

from . import (
    about,
    changes,
    compare,
    embed,
    find,
    guide,
    handbook,
    home,
    landscape,
    map,
    network,
    organisation,
    organisations,
    place,
    places,
    project,
    statistics,
    theme,
    themes,
    visit,
)

PAGES: Final[tuple[Page, ...]] = (
    home.PAGE,
    find.PAGE,
    project.PAGE,
    organisations.PAGE,
    organisation.PAGE,
    map.PAGE,
    network.PAGE,
    themes.PAGE,
    theme.PAGE,
    places.PAGE,
    place.PAGE,
    landscape.PAGE,
    compare.PAGE,
    statistics.PAGE,
    about.PAGE,
    *guide.PAGES,
    handbook.PAGE,
    visit.PAGE,
    changes.PAGE,
    *embed.PAGES,
)
