"""Settings: the only place that reads the environment."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import msgspec
import platformdirs
from msgspec import Struct

from .errors import SettingError

PREFIX: Final = "BAKEN_"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_SITE: Final = re.compile(r"https?://[^\s/?#@\"<>]+/?")
_CONTACT: Final = re.compile(r"[^\s@/:?\"<>]+@[^\s@/?\"<>]+\.[^\s@/?\"<>]+|https?://[^\s\"<>]+")
_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(:\d+)?")
"""What may stand in a policy for browsers without saying more than a host."""


class MapTiles(Struct, frozen=True):
    """Pictures of a map that somebody else serves.

    Attributes:
        url: with ``{z}``, ``{x}`` and ``{y}``.
        credit: whom they are from.
        host: scheme and host, which a browser must be allowed to ask.
    """

    url: str
    credit: str
    host: str


class Secret:
    """A setting that no message, log or traceback shows."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return it in the clear, for the one place that uses it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"


class Settings(Struct, frozen=True, kw_only=True):
    """How Baken is set up. Each setting is read from ``BAKEN_`` + its name in capitals.

    Attributes:
        landscape: the folder of the landscape to serve; None for the one that ships with Baken.
        store: where statements are kept: a file or ``postgresql://…``; None for a file in `data`.
        data: folder for what Baken makes itself: the store and the search index.
        registry: folder made by ``baken registry build``, to link texts to; None for no linking.
        host: address to serve on.
        port: port to serve on.
        workers: web processes.
        url: the site's public address, such as ``https://health.example.org``; None leaves out what
            needs one. Links in mails begin with it.
        contact: the e-mail address or the web address at which corrections and requests for
            introductions arrive; None where nobody answers them.
        desk: where enquiries are kept: a file or ``postgresql://…``; None for a file in `data`.
        desk_keys: Fernet keys that personal data is encrypted with, comma-separated, the newest
            first; None keeps it in the clear.
        desk_secret: what links are signed with, 32 characters or more; None for a key that is
            made once in `data`.
        oidc_issuer: the OpenID Connect provider that the team may sign in with, as it names itself,
            such as ``https://login.example.org``; None for passwords alone.
        oidc_client: as which Baken is known there.
        oidc_secret: that goes with it; None for a client without one.
        oidc_name: what the team calls that provider; empty for its host.
        office_name: who mails come from, in words.
        office_zone: the office's time zone.
        office_country: whose public holidays it keeps: ``BE``, or with a part of it ``DE-BY``.
        office_hours: when somebody is there on a working day, ``09:00-17:00``.
        office_closed: further closing days, ``2026-12-24, 2026-12-27/2026-12-31``.
        promise_days: working days within which a person answers, 1 to 30.
        smtp: server that mails leave by, ``smtp://host:25``, ``smtp://user:password@host:587``
            (with STARTTLS) or ``smtps://…``; None keeps them waiting.
        imap: mailbox in which replies and returned mails arrive,
            ``imaps://user:password@host:993/INBOX``; None where people read them.
        mail_from: address that mails come from.
        desk_worker: whether `baken serve` sends mails and minds the clocks itself; 0 where
            ``baken worker`` runs beside it.
        proxies: networks of the proxies in front of the site, comma-separated, whose
            ``X-Forwarded-For`` is believed.
        follow_ups: mails that somebody who agrees to follow-ups gets at most.
        keep_enquiries_days: days after which the personal data of a closed enquiry is erased.
        keep_mails_days: days after which the text of a sent mail is erased.
        keep_audit_days: days for which the audit trail is kept.
        map_tiles: address of map tiles to draw under the map, with ``{z}``, ``{x}`` and ``{y}``;
            None for outlines alone, which ask nobody.
        map_credit: whom the tiles are from, as their licence wants it said; needed with them.
    """

    landscape: Path | None = None
    store: str | None = None
    data: Path = msgspec.field(default_factory=lambda: Path(platformdirs.user_data_dir("baken")))
    registry: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    url: str | None = None
    contact: str | None = None
    desk: str | None = None
    desk_keys: Secret | None = None
    desk_secret: Secret | None = None
    oidc_issuer: str | None = None
    oidc_client: str | None = None
    oidc_secret: Secret | None = None
    oidc_name: str = ""
    office_name: str = "The Baken desk"
    office_zone: str = "Europe/Brussels"
    office_country: str = "BE"
    office_hours: str = "09:00-17:00"
    office_closed: str = ""
    promise_days: Annotated[int, msgspec.Meta(ge=1, le=30)] = 2
    smtp: Secret | None = None
    imap: Secret | None = None
    mail_from: str = "desk@localhost.invalid"
    desk_worker: bool = True
    proxies: str = "127.0.0.0/8, ::1/128"
    follow_ups: Annotated[int, msgspec.Meta(ge=0, le=12)] = 2
    keep_enquiries_days: Annotated[int, msgspec.Meta(ge=1)] = 1095
    keep_mails_days: Annotated[int, msgspec.Meta(ge=1)] = 365
    keep_audit_days: Annotated[int, msgspec.Meta(ge=1)] = 1825
    map_tiles: str | None = None
    map_credit: str | None = None

    def __post_init__(self) -> None:
        """Refuse tiles that could not be drawn, or not lawfully.

        Raises:
            SettingError: the address is not one of tiles, or nobody is credited.
        """
        if self.map_tiles is None:
            return
        parts = urlsplit(self.map_tiles)
        is_complete = all(part in self.map_tiles for part in ("{z}", "{x}", "{y}"))
        if parts.scheme not in ("https", "http") or not _HOST.fullmatch(parts.netloc):
            is_complete = False
        if not is_complete:
            raise SettingError(
                f"{PREFIX}MAP_TILES is no address of map tiles: {self.map_tiles}. It looks like "
                "https://tiles.example.org/{z}/{x}/{y}.png, with one host."
            )
        if not self.map_credit:
            raise SettingError(
                f"{PREFIX}MAP_TILES is set without {PREFIX}MAP_CREDIT: say whom the tiles are "
                "from, as their licence asks."
            )

    @property
    def trusted_proxies(self) -> tuple[Network, ...]:
        """Networks whose word is taken for where a request came from.

        Raises:
            SettingError: one of them is none.
        """
        try:
            return tuple(
                ipaddress.ip_network(one.strip()) for one in self.proxies.split(",") if one.strip()
            )
        except ValueError:
            raise SettingError(
                f"{PREFIX}PROXIES holds something that is no network. Write it as 10.0.0.0/8, or "
                "as one address; several with commas between."
            ) from None

    @property
    def tiles(self) -> MapTiles | None:
        """What to draw under the map besides outlines, or None."""
        if self.map_tiles is None or self.map_credit is None:
            return None
        parts = urlsplit(self.map_tiles)
        return MapTiles(self.map_tiles, self.map_credit, f"{parts.scheme}://{parts.netloc}")

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None, **given: Any) -> Settings:
        """Return the settings: what is `given`, else the environment's, else the defaults.

        Args:
            environment: variables to read instead of the process's own.
            given: settings by name; None leaves the setting to the environment.

        Raises:
            SettingError: a variable has a value that makes no sense, or no such setting exists.
        """
        variables = os.environ if environment is None else environment
        fields = {f"{PREFIX}{name.upper()}": name for name in cls.__struct_fields__}
        unknown = sorted(v for v in variables if v.startswith(PREFIX) and v not in fields)
        if unknown:
            raise SettingError(
                f"There is no setting {unknown[0]}. The settings are {', '.join(fields)}."
            )
        values: dict[str, Any] = {
            name: variables[variable]
            for variable, name in fields.items()
            if variables.get(variable)
        }
        values.update({name: value for name, value in given.items() if value is not None})
        try:
            settings = msgspec.convert(values, cls, strict=False, dec_hook=_decode)
        except msgspec.ValidationError as error:
            raise SettingError(f"A setting makes no sense: {error}.") from error
        settings._check_addresses()
        settings.trusted_proxies  # noqa: B018  # raises where it makes no sense
        return settings

    @property
    def address(self) -> str:
        """Where visitors reach the site: its public address, or where it is served."""
        return (self.url or f"http://{self.host}:{self.port}").rstrip("/")

    def _check_addresses(self) -> None:
        """Raise a SettingError where an address that pages show leads nowhere."""
        if self.url is not None and not _SITE.fullmatch(self.url):
            raise SettingError(
                f"{PREFIX}URL is the site's public address without a path, such as "
                f"https://health.example.org; “{self.url}” is not."
            )
        if self.contact is not None and not _CONTACT.fullmatch(self.contact):
            raise SettingError(
                f"{PREFIX}CONTACT is an e-mail address or an address that starts with https://; "
                f"“{self.contact}” is neither."
            )


def _decode(type_: type, value: Any) -> Any:
    if type_ is Path:
        return Path(value).expanduser()
    if type_ is Secret:
        return value if isinstance(value, Secret) else Secret(value)
    raise TypeError(f"no setting is a {type_}")
