"""Routes that answer whoever asks for the head alone, as link checkers and monitors do."""

from __future__ import annotations

from functools import partial
from typing import Final

from litestar import HttpMethod
from litestar.handlers import route

get: Final = partial(route, http_method=[HttpMethod.GET, HttpMethod.HEAD])
"""Litestar's own `get` refuses HEAD."""
