"""The form of an enquiry as somebody fills it in, and a clock that tests set."""

import datetime
import re
from zoneinfo import ZoneInfo

OWN = {"Sec-Fetch-Site": "same-origin"}
FILLED = {
    "kind": "introduction",
    "message": "We make a smart inhaler and look for a hospital for a first study in asthma.",
    "name": "Ada Lindqvist",
    "email": "ada@nordic-inhalers.example",
    "organisation_name": "Nordic Inhalers",
    "country": "SE",
    "sector": "medtech",
    "language": "en",
    "organisation": ["uz-gent", "imec"],
    "agrees": ["introduce"],
}


class Time:
    """Monday 23 November 2026, ten in the morning, until a test says otherwise."""

    def __init__(self):
        self.now = datetime.datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Europe/Brussels"))

    def __call__(self):
        return self.now

    def pass_by(self, **much):
        self.now += datetime.timedelta(**much)


def token_in(page):
    return re.search(r'name="submission" value="([^"]+)"', page)[1]


def send(client, time, *, address="/enquire", **changed):
    """Open the form, take ten seconds, and send it; return what came of it."""
    token = token_in(client.get(address).text)
    time.pass_by(seconds=10)
    form = {**FILLED, "submission": token, **changed}
    return client.post(address, data=form, headers=OWN)


def post(client, address, **form):
    return client.post(address, data=form, headers=OWN)
