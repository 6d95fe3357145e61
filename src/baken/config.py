"""Settings: the only place that reads the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import platformdirs
from msgspec import Struct

from .errors import SettingError

PREFIX: Final = "BAKEN_"

_SITE: Final = re.compile(r"https?://[^\s/?#@\"<>]+/?")
_CONTACT: Final = re.compile(r"[^\s@/:?\"<>]+@[^\s@/?\"<>]+\.[^\s@/?\"<>]+|https?://[^\s\"<>]+")


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
            needs one.
        contact: the e-mail address or the web address at which corrections and requests for
            introductions arrive; None where nobody answers them.
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
        return settings

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
    raise TypeError(f"no setting is a {type_}")
