"""A desk with a made-up team and enquiries, and its screens with somebody signed in."""

import datetime
from contextlib import contextmanager

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
        "mia": desk.add_officer(
            Contact(name="Mia Claes", email="mia@desk.example"), ["en", "nl"], themes=["asthma"]
        ),
        "luc": desk.add_officer(Contact(name="Luc Dumont", email="luc@desk.example"), ["fr", "en"]),
        "eva": desk.add_officer(
            Contact(name="Eva Smet", email="eva@desk.example"), ["nl"], role="head"
        ),
    }


@contextmanager
def signed_in(workspace: Workspace, officer):
    """A client of the screens, as somebody of the team who has signed in."""
    screens = [
        structs.replace(one, gate=lambda call: structs.replace(call, officer=officer))
        for one in office.SCREENS
    ]
    routes = acting.handlers(screens, Site(workspace), app._query, app._form)
    failures = {
        kind: handler
        for kind, handler in app.create_app(workspace).exception_handlers.items()
        if isinstance(kind, type) and kind is not Exception
    }
    with TestClient(Litestar(routes, openapi_config=None, exception_handlers=failures)) as client:
        client.follow_redirects = False
        yield client


def tomorrow(desk, hour=10):
    """A moment on the office's clock the day after now."""
    local = desk.calendar.local(desk.now()) + datetime.timedelta(days=1)
    return local.replace(hour=hour, minute=0, second=0, microsecond=0)
