"""What enquirers and counterparts can do on the site, without an account."""

import datetime
import html
import re
from urllib.parse import urlsplit

import msgspec
from filled import FILLED, OWN, post, send, token_in
from litestar.testing import TestClient

from baken import Workspace
from baken.config import Settings
from baken.desk import SYSTEM, Asked, Contact
from baken.web import create_app


def mails(workspace, kind):
    found = []
    for enquiry in workspace.desk.inbox(by=SYSTEM):
        case = workspace.desk.case(enquiry.id, by=SYSTEM)
        found += [mail for mail in case.mails if mail.kind == kind]
    return found


def link_in(mail, path):
    """Return the address of a link in a mail, as far as the site is concerned."""
    text = mail.message.replace("=\r\n", "").replace("=3D", "=")
    return urlsplit(re.search(rf"https?://[^\s\"<]*/{path}/[\w-]+", text)[0]).path


def heading(page):
    return html.unescape(re.search(r"<h1>(.*?)</h1>", page, re.DOTALL)[1]).strip()


def test_an_enquiry_is_sent_and_its_page_says_who_answers_and_by_when(client, workspace, time):
    answer = send(client, time)
    assert answer.status_code == 200
    assert heading(answer.text) == ("A person answers you by Wednesday 25 November 2026, 10:00 CET")
    assert "Mia Claes takes care of it." in answer.text
    assert "Your enquiry has arrived" in answer.text
    (enquiry,) = workspace.desk.inbox(by=SYSTEM)
    assert enquiry.reference in answer.text
    assert enquiry.organisations == ("imec", "uz-gent")
    assert (enquiry.country, enquiry.sector) == ("SE", "medtech")
    assert "asthma" in enquiry.themes
    case = workspace.desk.case(enquiry.id, by=SYSTEM)
    assert [(one.purpose, one.place) for one in case.consents] == [("introduce", "/enquire")]


def test_a_correction_goes_from_the_page_to_the_desk(client, workspace, time):
    page = client.get("/nl/organisations/uz-gent").text
    address = html.unescape(re.search(r'href="(/nl/enquire\?kind=other[^"]+)"', page)[1])
    form = client.get(address).text
    assert heading(form) == "Stel een verbetering voor"
    assert "Universitair Ziekenhuis Gent</span>" in form
    assert 'type="radio"' not in form
    assert 'name="agrees"' not in form
    given = {"kind": "other", "about": "correction", "organisation": ["uz-gent"], "agrees": []}
    wrong = send(client, time, address=address, **given, email="nobody")
    assert wrong.status_code == 400
    assert heading(wrong.text) == "Stel een verbetering voor"
    assert send(client, time, address=address, **given).status_code == 200
    (enquiry,) = workspace.desk.inbox(by=SYSTEM)
    assert (enquiry.kind, enquiry.organisations) == ("other", ("uz-gent",))


def test_what_was_chosen_elsewhere_comes_along_and_nothing_is_ticked_for_anybody(client):
    page = client.get(
        "/enquire?kind=site-visit&organisation=imec&organisation=nobody&need=A+lab+%3Cb%3E"
    ).text
    assert 'value="site-visit" required checked' in page
    assert 'name="organisation" value="imec" aria-describedby="chosen-note" checked' in page
    assert 'value="nobody"' not in page
    assert "A lab &lt;b&gt;</textarea>" in page
    assert not re.search(r'name="agrees"[^>]*checked', page)


def test_a_refusal_says_everything_that_is_wrong_and_keeps_what_was_filled_in(
    client, workspace, time
):
    answer = send(
        client, time, name="", email="ada at home", message="My <own> words",
        organisation=["imec"], offered=["imec", "uz-gent"],
    )  # fmt: skip
    assert answer.status_code == 400
    for field in ("name", "email"):
        assert f'href="#{field}"' in answer.text
        assert f'aria-describedby="{"email-note " if field == "email" else " "}{field}-fault"' in (
            re.sub(r'aria-describedby="(name)', r'aria-describedby=" \1', answer.text)
        )
    assert "My &lt;own&gt; words</textarea>" in answer.text
    assert 'value="ada at home"' in answer.text
    assert 'value="imec" aria-describedby="chosen-note" checked' in answer.text
    assert 'value="uz-gent" aria-describedby="chosen-note">' in answer.text
    assert re.search(r'value="introduce"[^>]*checked', answer.text)
    assert not workspace.desk.inbox(by=SYSTEM)


def test_sending_the_same_form_twice_is_one_enquiry(client, workspace, time):
    token = token_in(client.get("/enquire").text)
    time.pass_by(seconds=10)
    pages = [post(client, "/enquire", **{**FILLED, "submission": token}) for _ in range(2)]
    assert {heading(page.text) for page in pages} == {heading(pages[0].text)}
    assert len(workspace.desk.inbox(by=SYSTEM)) == 1


def test_all_is_said_in_the_language_of_the_address_and_mails_lead_back_to_it(
    client, workspace, time
):
    answer = send(client, time, address="/nl/enquire", language="nl")
    assert urlsplit(str(answer.url)).path.startswith("/nl/status/")
    assert "woensdag 25 november 2026" in heading(answer.text)
    (mail,) = mails(workspace, "acknowledgement")
    assert link_in(mail, "status").startswith("/nl/status/")
    assert client.get(link_in(mail, "status")).status_code == 200


def test_an_enquirer_writes_is_answered_and_withdraws(client, workspace, time, officer):
    page = str(send(client, time).url)
    (enquiry,) = workspace.desk.inbox(by=SYSTEM)
    workspace.desk.answer(enquiry.id, "Three <hospitals> come to mind.", by=officer)
    written = post(client, page, do="write", text="Gladly.")
    assert "Three &lt;hospitals&gt; come to mind." in written.text
    assert "Gladly." in written.text
    assert heading(written.text) == "Being worked on"

    asked = client.get(page.replace("done=sent", "ask=withdraw"))
    assert heading(asked.text) == "Withdraw this enquiry?"
    assert workspace.desk.inbox(by=SYSTEM)
    withdrawn = post(client, page, do="withdraw")
    assert heading(withdrawn.text) == "You withdrew it."
    assert not workspace.desk.inbox(by=SYSTEM)
    again = post(client, page, do="withdraw")
    assert again.status_code == 409


def test_a_message_that_is_not_taken_is_still_there(client, time):
    page = str(send(client, time).url)
    long = "x" * 20_001
    answer = post(client, page, do="write", text=long)
    assert answer.status_code == 400
    assert "longer than 20,000 characters" in answer.text
    assert f"{long}</textarea>" in answer.text


def test_consents_are_given_later_confirmed_by_mail_and_taken_back(client, workspace, time):
    page = str(send(client, time, agrees=[]).url)
    (enquiry,) = workspace.desk.inbox(by=SYSTEM)

    def standing():
        consents = workspace.desk.case(enquiry.id, by=SYSTEM).consents
        return {one.purpose for one in consents if one.is_standing}

    assert standing() == set()
    post(client, page, do="agree", purpose="introduce")
    assert standing() == {"introduce"}
    asked = post(client, page, do="agree", purpose="follow-up")
    assert "Waiting for the link in our mail" in asked.text
    assert standing() == {"introduce"}

    (mail,) = mails(workspace, "consent-confirmation")
    link = link_in(mail, "confirm")
    for _ in range(2):  # as programs do that look through mails
        assert "Do you agree to this?" in client.get(link).text
    assert standing() == {"introduce"}
    for _ in range(2):
        assert heading(post(client, link).text) == "You have agreed to this"
    assert standing() == {"introduce", "follow-up"}

    post(client, page, do="take-back", purpose="introduce")
    assert standing() == {"follow-up"}


def test_follow_ups_end_with_one_click_of_a_mail_program(client, workspace, time, officer):
    send(client, time, agrees=["follow-up"])
    (mail,) = mails(workspace, "consent-confirmation")
    post(client, link_in(mail, "confirm"))
    (enquiry,) = workspace.desk.inbox(by=SYSTEM)
    letter = workspace.desk.follow_up(enquiry.enquirer, "News", "A call opens.", by=officer)
    link = link_in(letter, "withdraw")
    assert "Take this back?" in client.get(link).text
    for _ in range(2):
        answer = client.post(  # no cookie, no origin, as RFC 8058 describes
            link, files={"List-Unsubscribe": (None, "One-Click")}
        )
        assert answer.status_code == 200
        assert heading(answer.text) == "You have taken this back"
    assert not any(one.is_standing for one in workspace.desk.case(enquiry.id, by=SYSTEM).consents)


def asked(workspace, officer, *organisations):
    (enquiry,) = workspace.desk.inbox(by=SYSTEM)
    return workspace.desk.ask_counterparts(
        enquiry.id,
        [
            Asked(
                contact=Contact(name=f"Dr. {name}", email=f"{name}@partner.example"),
                organisation_name=name.title(),
                question="A first study of a smart inhaler.",
            )
            for name in organisations
        ],
        by=officer,
    )


def test_counterparts_answer_once_and_opening_the_link_answers_nothing(
    client, workspace, time, officer
):
    page = str(send(client, time).url)
    asked(workspace, officer, "lungs", "bank", "fund")
    links = [link_in(mail, "answer") for mail in mails(workspace, "counterpart-asked")]
    shown = client.get(links[0]).text
    assert "May we introduce Ada Lindqvist (Nordic Inhalers) to Lungs?" in html.unescape(shown)
    assert "ada@" not in shown

    assert "You said yes" in post(client, links[0], answer="accepted").text
    nobody = post(client, links[1], answer="referred")
    assert (nobody.status_code, "Say who may help instead" in nobody.text) == (400, True)
    assert (
        "pointed us to somebody else"
        in post(client, links[1], answer="referred", text="Ask Tom.").text
    )
    none = post(client, links[2], text="My words")
    assert "Choose one of the answers" in none.text
    assert "My words</textarea>" in none.text
    post(client, links[2], answer="declined")

    changed = post(client, links[0], answer="declined")
    assert changed.status_code == 410
    assert "You said yes" in changed.text
    status = client.get(page).text
    for words in ("Wants to meet", "points to somebody else", "cannot help this time"):
        assert words.casefold() in status.casefold()
    assert "Ask Tom" not in status


def test_a_counterpart_learns_no_name_without_consent(client, workspace, time, officer):
    send(client, time, agrees=[])
    asked(workspace, officer, "lungs")
    (mail,) = mails(workspace, "counterpart-asked")
    shown = client.get(link_in(mail, "answer")).text
    assert "an organisation (SE)" in shown
    assert "Ada" not in shown
    assert "Nordic" not in shown


def test_a_meeting_comes_as_a_calendar_file_and_its_outcome_is_told(
    client, workspace, time, officer
):
    page = str(send(client, time).url)
    (introduction,) = asked(workspace, officer, "lungs")
    (mail,) = mails(workspace, "counterpart-asked")
    post(client, link_in(mail, "answer"), answer="accepted")
    begin = time() + datetime.timedelta(days=3)
    end = begin + datetime.timedelta(hours=1)
    workspace.desk.introduce(introduction.id, [(begin, end)], by=officer)
    shown = client.get(page).text
    assert "Thursday 26 November 2026, 10:00 CET" in shown
    file = client.get(urlsplit(page).path + "/times.ics")
    assert file.headers["content-type"].startswith("text/calendar")
    assert "DTSTART;TZID=Europe/Brussels:20261126T1000" in file.text

    (enquiry,) = workspace.desk.inbox(by=SYSTEM)
    workspace.desk.ask_outcome(enquiry.id, by=officer)
    (mail,) = mails(workspace, "outcome-asked")
    link = link_in(mail, "outcome")
    assert "We introduced you to Lungs." in client.get(link).text
    assert post(client, link, text="").status_code == 400
    assert "We have kept what you told us" in post(client, link, text="Of use.").text
    assert post(client, link, text="Again").status_code == 410
    assert "Of use." in client.get(page).text


def test_a_page_without_times_has_no_calendar_file(client, time):
    page = urlsplit(str(send(client, time).url)).path
    assert client.get(f"{page}/times.ics").status_code == 404


def test_own_data_is_saved_and_erased_by_a_link_in_a_mail_only(client, workspace, time):
    page = str(send(client, time).url)
    assert "We have sent you a mail" in post(client, page, do="data").text
    (mail,) = mails(workspace, "own-data")
    link = link_in(mail, "data")
    saved = post(client, link, do="save")
    assert saved.headers["content-disposition"] == 'attachment; filename="my-data.json"'
    exported = msgspec.json.decode(saved.content)
    assert exported["people"][0]["contact"]["email"] == FILLED["email"]

    unsure = post(client, link, do="erase")
    assert (unsure.status_code, "Tick the box" in unsure.text) == (400, True)
    erased = post(client, link, do="erase", sure="yes")
    assert heading(erased.text) == "Your data has been erased"
    gone = client.get(page).text
    assert heading(gone) == "Your data has been erased"
    assert "inhaler" not in gone
    assert "Ada" not in client.get(link).text
    assert not workspace.desk.inbox(by=SYSTEM)


def test_other_pages_lead_to_the_form_where_somebody_answers(client):
    page = client.get("/organisations/imec").text
    assert 'href="/enquire?kind=introduction&amp;organisation=imec"' in page
    assert 'href="/nl/enquire"' in client.get("/nl/").text
    assert 'href="/enquire?kind=guidance' in client.get("/guide").text
    assert 'href="/enquire?kind=handbook' in client.get("/handbook").text
    shortlist = client.get("/find?q=a+hospital+for+asthma").text
    assert 'action="/enquire"' in shortlist
    assert 'name="need" value="a hospital for asthma"' in shortlist
    assert re.search(r'type="checkbox" name="organisation" value="[\w-]+" form="ask"', shortlist)


def test_without_a_team_nothing_is_taken_and_no_page_leads_there(data, tmp_path):
    settings = Settings.load({}, data=data, desk=str(tmp_path / "d"), contact="us@desk.example")
    with (
        Workspace.open(settings) as workspace,
        TestClient(create_app(workspace), base_url="http://testserver.local") as client,
    ):
        form = client.get("/enquire").text
        assert "mailto:us@desk.example" in form
        assert "<form method" not in form
        refused = client.post("/enquire", data=FILLED, headers=OWN)
        assert refused.status_code == 400
        assert "Nobody answers enquiries" in refused.text
        assert "mailto:us@desk.example" in client.get("/organisations/imec").text
        assert "/enquire" not in client.get("/find?q=asthma").text
