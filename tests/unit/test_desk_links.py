"""Signed links and sealed data: forged, cut, mixed up, raced for, unreadable."""

import datetime
import stat
import threading

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from baken.config import Secret, Settings
from baken.desk.enquiry import Contact
from baken.desk.links import LIFETIME_DAYS, Signer, find_secret
from baken.desk.sealing import Vault
from baken.errors import LinkRefusedError, SealError, SettingError
from baken.text.speech import Speech

NOW = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
SIGNER = Signer(b"s" * 32, "https://baken.example/")
PURPOSES = st.sampled_from(sorted(LIFETIME_DAYS))


@given(PURPOSES, st.text(max_size=60))
def test_a_link_says_what_it_was_made_for(purpose, subject):
    token = SIGNER.token(purpose, subject, NOW)
    assert SIGNER.read(token, purpose, NOW).subject == subject
    assert token.replace("-", "").replace("_", "").isalnum()
    assert token != SIGNER.token(purpose, subject, NOW)


@given(PURPOSES, PURPOSES)
def test_a_link_is_for_nothing_else(made, used):
    if made != used:
        with pytest.raises(LinkRefusedError):
            SIGNER.read(SIGNER.token(made, "x", NOW), used, NOW)


@given(st.integers(0, 10_000), st.integers(1, 63))
def test_no_letter_can_be_changed(place, step):
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    token = SIGNER.token("status", "subject", NOW)
    at = place % len(token)
    letter = alphabet[(alphabet.index(token[at]) + step) % 64]
    with pytest.raises(LinkRefusedError, match="not one of ours"):
        SIGNER.read(token[:at] + letter + token[at + 1 :], "status", NOW)


@given(st.text(max_size=500))
def test_whatever_comes_is_refused_in_a_sentence(token):
    with pytest.raises(LinkRefusedError):
        SIGNER.read(token, "answer", NOW)


def test_a_link_of_another_desk_is_refused_and_an_old_one_expires():
    token = SIGNER.token("confirm", "x", NOW)
    with pytest.raises(LinkRefusedError):
        Signer(b"t" * 32, "").read(token, "confirm", NOW)
    SIGNER.read(token, "confirm", NOW + datetime.timedelta(days=13, hours=23))
    with pytest.raises(LinkRefusedError, match="expired"):
        SIGNER.read(token, "confirm", NOW + datetime.timedelta(days=14))


def test_the_key_is_made_once_for_its_owner_only(tmp_path):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(find_secret(None, tmp_path))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(found[0]) == 32
    [path] = tmp_path.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_short_secret_is_refused_and_none_is_ever_shown():
    with pytest.raises(SettingError, match="shorter than 32"):
        find_secret(Secret("hunter2"), None)
    settings = Settings.load({"BAKEN_DESK_SECRET": "hunter2", "BAKEN_SMTP": "smtp://a:hunter2@b"})
    assert "hunter2" not in repr(settings)


def test_sealed_data_opens_with_any_key_and_the_clear_stays_readable():
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    clear, first, both = Vault(None, b""), Vault(old, b""), Vault(f"{new}, {old}", b"")
    for vault in (clear, first, both):
        assert both.open(vault.seal("Ada"), str) == "Ada"
    assert "Ada" not in first.seal("Ada")
    for vault in (clear, first):
        with pytest.raises(SealError, match="BAKEN_DESK_KEYS"):
            vault.open(both.seal("Ada"), str)
    with pytest.raises(SettingError, match="no Fernet key") as refused:
        Vault("secret", b"")
    assert refused.value.__cause__ is None


def test_an_address_is_found_however_it_is_written_but_not_guessed():
    vault = Vault(None, b"a")
    assert vault.digest(" Ada@X.example ") == vault.digest("ada@x.example")
    assert vault.digest("ada@x.example") != Vault(None, b"b").digest("ada@x.example")


def test_personal_data_does_not_show_in_a_traceback():
    assert "Ada" not in repr(Contact(name="Ada", email="ada@x.example"))


@pytest.mark.parametrize(("language", "says"), [("nl", "verlopen"), ("de", "abgelaufen")])
def test_a_refused_link_is_explained_in_the_language_of_its_reader(language, says):
    token = SIGNER.token("answer", "one", NOW)
    with pytest.raises(LinkRefusedError) as refused:
        SIGNER.read(token, "answer", NOW + datetime.timedelta(days=60))
    assert says in refused.value.said(Speech(language))
