"""The desk as the team sees it, behind a sign-in."""

from typing import Final

from baken.web.acting import Screen

from . import (
    account,
    audit,
    enquiry,
    inbox,
    people,
    provider,
    replies,
    reports,
    team,
    visit,
    visits,
)
from .access import TeamGate

SCREENS: Final[tuple[Screen, ...]] = (
    Screen(
        path="/desk",
        template="office_inbox.html",
        build=inbox.build,
        gate=TeamGate("answer"),
        section="inbox",
    ),
    Screen(
        path="/desk/enquiries/{id:str}",
        template="office_enquiry.html",
        build=enquiry.build,
        act=enquiry.act,
        refused=enquiry.refused,
        gate=TeamGate("answer"),
        section="inbox",
    ),
    Screen(
        path="/desk/enquiries/{id:str}/visit",
        template="office_visit.html",
        build=visit.build,
        act=visit.act,
        refused=visit.refused,
        gate=TeamGate("answer"),
        section="inbox",
    ),
    Screen(
        path="/desk/visits",
        template="office_visits.html",
        build=visits.build,
        gate=TeamGate("answer"),
        section="visits",
    ),
    Screen(
        path="/desk/templates",
        template="office_templates.html",
        build=replies.build_all,
        gate=TeamGate("answer"),
        section="templates",
    ),
    Screen(
        path="/desk/templates/{name:str}",
        template="office_template.html",
        build=replies.build,
        act=replies.act,
        refused=replies.refused,
        gate=TeamGate("answer"),
        section="templates",
    ),
    Screen(
        path="/desk/reports",
        template="office_reports.html",
        build=reports.build,
        gate=TeamGate("report"),
        section="reports",
    ),
    *account.SCREENS,
    *provider.SCREENS,
    *team.SCREENS,
    *people.SCREENS,
    *audit.SCREENS,
)
