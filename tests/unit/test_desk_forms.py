"""What comes in is checked once, and refused in sentences that repeat nothing."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baken.desk.enquiry import Contact
from baken.desk.forms import Form, checked_email, checked_form, checked_text
from baken.errors import DeskError

FORM = Form(kind="other", contact=Contact(name="Ada", email="ada@x.example"), message="Hello")


@pytest.mark.parametrize(
    ("email", "kept"),
    [
        (" ada@x.example ", "ada@x.example"),
        ("a.b+c@sub.x.example", "a.b+c@sub.x.example"),
        ("ada@müller.example", "ada@xn--mller-kva.example"),
        ("o'neil@x.example", "o'neil@x.example"),
    ],
)
def test_an_address_becomes_one_for_an_envelope(email, kept):
    assert checked_email(email) == kept


@pytest.mark.parametrize(
    "email",
    [
        "", "ada", "@x.example", "ada@", "a@b@c.example", "ada@x..example",
        "ada@x.example\nBcc: y@z", "Ada <ada@x.example>", "ada@x.example, eva@x.example",
        '"a b"@x.example', "ada@[127.0.0.1]", "é@x.example", ".ada@x.example", "a..b@x.example",
        "ada@x.example>", "a" * 65 + "@x.example", "ada@" + "x" * 300 + ".example",
        "ada@-\x00.example", "SIZE=1 ada@x.example",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_repeating_it(email):
    with pytest.raises(DeskError, match=r"^The e-mail address is not one\.") as refused:
        checked_email(email)
    assert not email or email not in str(refused.value)


@given(st.text())
def test_no_text_whatever_breaks_an_address_out_of_its_header(text):
    try:
        kept = checked_email(text)
    except DeskError:
        return
    assert kept.isascii()
    assert not set(kept) & set(' \r\n<>,;:"\\')


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kind": "haircut"}, "no such kind"),
        ({"message": " \n\t"}, "message is empty"),
        ({"message": "x" * 5_000_000}, "longer than 20000"),
        ({"contact": Contact(name=" ", email="a@b.example")}, "name is missing"),
        ({"contact": Contact(name="x" * 201, email="a@b.example")}, "longer than 200"),
        ({"organisations": tuple("abc" * 17)}, "at most 50"),
        ({"themes": ("x" * 201,)}, "Choose again"),
        ({"country": "Belgium"}, "country"),
        ({"submission": "short"}, "incomplete"),
    ],
)
def test_a_form_that_cannot_be_used_says_why(change, says):
    with pytest.raises(DeskError, match=says):
        checked_form(msgspec.structs.replace(FORM, **change))


def test_what_can_be_used_is_cleaned():
    contact = Contact(name=" Ada\r\nBcc: x ", email="ada@x.example")
    form = checked_form(
        msgspec.structs.replace(
            FORM, contact=contact, message="a\r\nb\x00\x1bc\u202e", language="tlh"
        )
    )
    assert form.contact.name == "Ada Bcc: x"
    assert form.message == "a\nbc"
    assert form.language == "en"


@given(st.text(max_size=200))
def test_a_text_holds_nothing_a_database_or_mail_cannot_keep(text):
    kept = checked_text(text, "message", is_needed=False)
    kept.encode()
    assert "\0" not in kept
    assert "\r" not in kept
