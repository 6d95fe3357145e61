"""From a shortlist to an answer, in a browser, through a real server and a real mail server."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.running_site import catching_mail, free_port, serving

from baken import Workspace
from baken.config import Settings
from baken.desk import SYSTEM, Actor, Asked, Contact

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

WORDS = "We make a smart inhaler and look for a hospital for a first study."


@pytest.fixture(scope="module")
def day(new_data):
    """A running site with a desk that sends mail: its address, its mailbox and its desk."""
    address, data = f"http://127.0.0.1:{free_port()}", new_data()
    with catching_mail() as (mailbox, smtp):
        given = {
            "BAKEN_DATA": str(data),
            "BAKEN_URL": address,
            "BAKEN_SMTP": smtp,
            "BAKEN_MAIL_FROM": "desk@baken.example",
        }
        with Workspace.open_desk(Settings.load(given)) as desk:
            desk.team.add(Contact(name="Mia Claes", email="mia@desk.example"), ["en"])
            with serving(given, data / "said"):
                yield address, mailbox, desk


@pytest.fixture
def page(browser):
    window = browser.new_context(reduced_motion="reduce", java_script_enabled=True)
    page = window.new_page()
    yield page
    window.close()


def is_accessible(page):
    found = Axe().run(page).response["violations"]
    assert not found, [(v["id"], v["impact"], [n["html"] for n in v["nodes"]][:3]) for v in found]


def fill_in(page, reader):
    page.fill("#name", "Ada Lindqvist")
    page.fill("#email", reader)
    page.fill("#organisation_name", "Nordic Inhalers")
    page.select_option("#country", "SE")
    page.check("input[value=introduce]")
    page.wait_for_timeout(3_100)  # nobody fills it in faster


def test_from_a_shortlist_to_an_answer_of_a_counterpart(day, page):
    address, mailbox, desk = day
    page.goto(f"{address}/find?q={WORDS.replace(' ', '+')}")
    page.locator("input[name=organisation]").first.check()
    page.get_by_role("button", name="Ask for introductions").click()
    assert page.locator("#message").input_value() == WORDS
    assert page.locator("input[name=organisation]:checked").count() == 1
    is_accessible(page)
    page.get_by_role("button", name="Send the enquiry").click()  # the name is missing
    assert page.locator("#trouble a").first.get_attribute("href") == "#name"
    is_accessible(page)
    fill_in(page, "ada@inhalers.example")
    page.get_by_role("button", name="Send the enquiry").click()
    assert "Mia Claes takes care of it" in page.content()
    assert page.locator("h1").inner_text().startswith("A person answers you by")
    is_accessible(page)

    page.goto(mailbox.link("ada@inhalers.example", "status"))
    page.fill("#text", "One more thing: we have CE marking.")
    page.get_by_role("button", name="Send the message").click()
    assert "Your message is with us" in page.content()

    mia = Actor("officer", desk.team.officers()[0].person.id)
    (enquiry,) = [one for one in desk.inbox(by=SYSTEM) if one.message == WORDS]
    assert len(enquiry.organisations) == 1
    lungs = Asked(
        contact=Contact(name="Prof. Jan Peeters", email="jan@hospital.example"),
        organisation_name="Lungs of Leuven",
        question="A first study of a smart inhaler.",
    )
    desk.ask_counterparts(enquiry.id, [lungs], by=mia)
    page.goto(mailbox.link("jan@hospital.example", "answer"))
    assert "Ada Lindqvist (Nordic Inhalers)" in page.locator("h1").inner_text()
    is_accessible(page)
    page.get_by_text("Yes, introduce us").click()
    page.get_by_role("button", name="Send the answer").click()
    assert "You said yes" in page.content()
    page.goto(mailbox.link("ada@inhalers.example", "status"))
    assert page.locator(".state.is-accepted").first.inner_text() == "wants to meet"


def test_an_enquiry_is_sent_with_the_keyboard_alone_and_no_script(day, browser):
    address, mailbox, _ = day
    window = browser.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 800}, locale="en"
    )
    page = window.new_page()
    page.goto(f"{address}/nl/enquire")
    page.locator("#kind-introduction").focus()
    keys = page.keyboard
    keys.press("ArrowDown")  # a site visit
    for words in (WORDS, "Bo", "Bos bv", "bo@bos.example", "", "", "", "", ""):
        keys.press("Tab")
        if words:
            keys.insert_text(words)
    keys.press("Tab")
    keys.press("Space")  # the second consent; the first stays as it is
    page.wait_for_timeout(3_100)
    keys.press("Tab")
    keys.press("Enter")
    page.wait_for_url("**/nl/status/**")
    assert "Iemand antwoordt u tegen" in page.locator("h1").inner_text()
    window.close()
    assert "/nl/status/" in mailbox.link("bo@bos.example", "status")
    assert "/nl/confirm/" in mailbox.link("bo@bos.example", "confirm")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_form_fits_every_window(day, browser, width, scheme):
    window = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = window.new_page()
    page.goto(f"{day[0]}/de/enquire?organisation=imec&organisation=uz-gent")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    is_accessible(page)
    window.close()
