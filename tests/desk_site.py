"""Signing people of the team in, for tests of the pages behind the sign-in."""

import re
import time

import pyotp

OWN = {"Sec-Fetch-Site": "same-origin"}
PASSWORD = "four plain words here"


def with_account(desk, officer):
    """Give somebody a password and a second factor; return the key of the factor."""
    accounts = desk.accounts
    accounts.choose_password(accounts.invite(officer.person.id).rpartition("/")[2], PASSWORD)
    contact = officer.person.contact
    token = accounts.sign_in(contact.email, PASSWORD, "", peer="setup")
    factor = accounts.new_second_factor(officer)
    # A code of the step before, so that the test can sign in with the one of now.
    code = pyotp.TOTP(factor.secret).at(int(desk.now().timestamp()) - 30)
    accounts.set_second_factor(accounts.signed_in(token), factor, code)
    accounts.sign_out(token)
    return factor.secret


def sign_in(client, desk, officer):
    """Sign somebody in as their browser would; `client` is theirs from then on."""
    secret = with_account(desk, officer)
    fields = {
        "email": officer.person.contact.email,
        "password": PASSWORD,
        "code": pyotp.TOTP(secret).at(int(desk.now().timestamp())),
    }
    answer = client.post("/desk/sign-in", data=fields, headers=OWN, follow_redirects=False)
    assert answer.status_code == 303, re.sub(r"\s+", " ", answer.text)
    return secret


def code_of(secret, after_s=0):
    """Return the code that an app shows now, or in a while: no code opens the desk twice."""
    return pyotp.TOTP(secret).at(int(time.time()) + after_s)
