"""A desk with a made-up team and enquiries, and its screens with somebody signed in."""

import datetime
from contextlib import contextmanager
from functools import lru_cache

from litestar import Litestar
from litestar.testing import TestClient
from msgspec import structs

from baken import Workspace
from baken.desk import Asked, Contact, Form
from baken.web import acting, app, office
from baken.web.site import Site

OWN = {"Sec-Fetch-Site": "same-origin"}
STORED_SCRIPT = "<script>alert('x')</script><img src=x onerror=alert(1)> \"' {{7*7}}"

ADA = Contact(
    name="Ada Lindqvist",
    email="ada@inhalers.example",
    organisation="Inhalers AB",
    position="Head of research",
    phone="+46 8 000 00 00",
)
NEED = (
    "We make a smart inhaler and look for a lung department that would run a first study, and a "
    "place to test it at home with older people."
)


def enquiry(**given):
    """A form for introductions, changed as `given` says."""
    form = Form(
        kind="introduction",
        contact=ADA,
        message=NEED,
        language="en",
        themes=("asthma",),
        organisations=("uz-gent",),
        country="SE",
        sector="med-tech",
        agrees=("introduce",),
    )
    return structs.replace(form, **given)


def asked(**given):
    """A counterpart to be asked, changed as `given` says."""
    one = Asked(
        contact=Contact(name="Dr Tom Maes", email="tom@lungs.example", position="Head of clinic"),
        organisation_name="UZ Gent",
        organisation="uz-gent",
        question="A company looks for a lung department for a first study of an inhaler.",
    )
    return structs.replace(one, **given)


def team(desk):
    """Three people: Mia, an officer; Luc, who speaks French; Eva, the head."""
    desk.write_weekly_list()
    return {
        "mia": desk.team.add(
            Contact(name="Mia Claes", email="mia@desk.example"), ["en", "nl"], themes=["asthma"]
        ),
        "luc": desk.team.add(Contact(name="Luc Dumont", email="luc@desk.example"), ["fr", "en"]),
        "eva": desk.team.add(
            Contact(name="Eva Smet", email="eva@desk.example"), ["nl"], role="head"
        ),
    }


class _Gate:
    """Lets one person in, whoever asks."""

    officer = None

    def __call__(self, call):
        return structs.replace(call, officer=self.officer)


@lru_cache(1)
def _screens(workspace):
    """The screens of a workspace, whose desk may change meanwhile, and the gate before them."""
    gate = _Gate()
    screens = [structs.replace(one, gate=gate) for one in office.SCREENS]
    whole = app.create_app(workspace)
    routes = acting.handlers(screens, Site(workspace), app._query, app._form)
    failures = {
        kind: handler
        for kind, handler in whole.exception_handlers.items()
        if isinstance(kind, type) and kind is not Exception
    }
    return Litestar(routes, openapi_config=None, exception_handlers=failures), gate


@contextmanager
def signed_in(workspace: Workspace, officer):
    """A client of the screens, as somebody of the team who has signed in."""
    screens, gate = _screens(workspace)
    gate.officer = officer
    with TestClient(screens) as client:
        client.follow_redirects = False
        yield client


def tomorrow(desk, hour=10):
    """A moment on the office's clock the day after now."""
    local = desk.calendar.local(desk.now()) + datetime.timedelta(days=1)
    return local.replace(hour=hour, minute=0, second=0, microsecond=0)
