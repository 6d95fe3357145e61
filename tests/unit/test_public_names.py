"""Front doors: what each room offers is pinned, so that changing it is a decision."""

import importlib

import pytest

import baken

DOORS = {
    "baken": "Workspace __version__",
    "baken.landscape": (
        "Claim Problem Reading check problems_of read schema shipped theme_problems_of vocabulary "
        "write"
    ),
    "baken.store": "Change Facets Filter StillStore Store SyncReport Totals open_store",
    "baken.partners": "Matcher ProjectReader",
    "baken.desk": (
        "ANSWERS Access Accounts Actor Asked Assignment Board Booked Case Consent Contact "
        "Desk Draft Enquiry Event Form HOST_ANSWERS Happening HostAsked HostQuestion "
        "INTRODUCTION_STATES Introduction KINDS Known Line MAY Mail Meeting OFFICE_ROLES OURS "
        "OUTCOMES OfficeCalendar Officer PRIVILEGES Person Program Programs Question Receipt "
        "Reply Report RunningWorker STATES SYSTEM SecondFactor SignedIn Status Sweep Trail "
        "Visit Visits Wanted Webhook Worker possible start_worker"
    ),
    "baken.guide": (
        "Advice Document Footnotes Guide Handbook Measure Profile Reading Verdict aged_figures "
        "check compose describe_partners describe_reach describe_region empty print_images "
        "print_pdf problems_of read schema"
    ),
    "baken.visits": (
        "Day Dropped Entry HOURS Lunch PlannedDay Programme Spot Stop Travel Trip "
        "Window after change_hours clock confirm decline duration plan print_programme "
        "print_programme_images summary_of time_zone usual_minutes wording_of write_calendar"
    ),
    "baken.linker": "Explanation IndexReport Linker LinkerLike build",
    "baken.network": "HEIGHT Link Network Path Reading Step WIDTH explore",
    "baken.bulk": "Advance LinkReport link_file",
}


@pytest.mark.parametrize("room", DOORS)
def test_public_names(room):
    assert sorted(importlib.import_module(room).__all__) == sorted(DOORS[room].split())


def test_the_version_is_the_package_s():
    from importlib.metadata import version

    assert version("baken") == baken.__version__


def test_importing_baken_loads_no_model():
    import subprocess
    import sys

    loaded = subprocess.run(
        [sys.executable, "-c", "import baken, sys; print('numpy' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert loaded.stdout.strip() == "False"
