"""What was understood of a need, as chips: each is a link to the answer without it, or with it.

An address keeps the visitor's words as they are and says beside them what was misread
(`baken.model.Corrections`), so that every correction can be undone, shared and bookmarked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from baken.model import LANGUAGES, Aspect, Corrections, Need, Shortlist, Sort
from baken.model.shortlist import NO_STAGE
from baken.text.speech import message
from baken.web.page import Choice, Query
from baken.workspace import Workspace

_MOST_SUGGESTED: Final = 4

_NEXT_DOOR_KM: Final = 25.0
"""How far apart the nearest municipalities of neighbouring provinces are at most."""

_TAKES_AWAY: Final[dict[Sort, str]] = {
    "theme": message("do not look for this"),
    "role": message("do not look for this"),
    "kind": message("do not look for this"),
    "place": message("do not look here"),
    "near": message("do not look here"),
    "not-theme": message("do not leave this out"),
    "not-role": message("do not leave this out"),
    "not-kind": message("do not leave this out"),
    "not-place": message("do not leave this out"),
    "not-organisation": message("do not leave this out"),
}
_OWN_NAMES: Final = {"en": "English", "nl": "Nederlands", "fr": "français", "de": "Deutsch"}


class Chip(Struct, frozen=True):
    """One part of a reading, and the way to the answer with it changed.

    Attributes:
        sort: of the part, or ``stage``.
        id: of what it is about.
        label: what it says.
        does: what following the link does, in words for those who do not see the sign.
        href: the answer with this part changed.
    """

    sort: str
    id: str
    label: str
    does: str
    href: str


class Understood(Struct, frozen=True, kw_only=True):
    """A reading that can be corrected.

    Attributes:
        chips: what counts; each takes itself away.
        taken_away: what was read and does not count any more; each puts itself back.
        suggestions: what may be meant besides; each adds itself.
        stages: how far along the visitor may be; each chooses itself, or takes itself away.
        languages: in which the words can be read; the one that is on was used.
        undo: the answer to the words as they were first read; None when nothing was corrected.
        kept: name and value of what a form has to keep so that corrections outlive other words; not
            the language, which other words may not be in.
    """

    chips: tuple[Chip, ...]
    taken_away: tuple[Chip, ...]
    suggestions: tuple[Chip, ...]
    stages: tuple[Choice, ...]
    languages: tuple[Choice, ...]
    undo: str | None
    kept: tuple[tuple[str, str], ...]


class Way:
    """The address of an answer, and of the same with something changed."""

    def __init__(
        self,
        query: Query,
        text: str,
        role: str | None,
        province: str | None,
        corrections: Corrections,
    ) -> None:
        self.query = query
        self.text = text
        self.role = role
        self.province = province
        self.corrections = corrections

    def narrowed(self, *, role: str | None, province: str | None) -> str:
        """Return the address of the answer narrowed to a role and a province, or to neither."""
        said = self.corrections.parameters()
        return self.query.address("/find", q=self.text, role=role, province=province, **said)

    def corrected(self, corrections: Corrections) -> str:
        """Return the address of the answer with other corrections."""
        said = corrections.parameters()
        return self.query.address(
            "/find", q=self.text, role=self.role, province=self.province, **said
        )


def understood(workspace: Workspace, query: Query, answer: Shortlist, way: Way) -> Understood:
    """Return what was understood of a need, with the way to every correction of it."""
    corrections = way.corrections
    need = answer.need
    taken_away = tuple(
        Chip(
            a.sort,
            a.id,
            workspace.describe(a, query.language),
            query.say("put back"),
            way.corrected(corrections.adding(a)),
        )
        for a in corrections.unwanted
    )
    if corrections.stage == NO_STAGE:
        href = way.corrected(replace(corrections, stage=None))
        taken_away += (
            Chip("stage", NO_STAGE, query.say("Your stage"), query.say("put back"), href),
        )
    return Understood(
        chips=tuple(_chips(workspace, query, need, way)),
        taken_away=taken_away,
        suggestions=tuple(
            Chip(
                added.sort,
                added.id,
                workspace.describe(added, query.language),
                query.say("look for this too"),
                way.corrected(changed),
            )
            for added, changed in _suggested(workspace, answer, corrections)
        )[:_MOST_SUGGESTED],
        stages=tuple(_stages(workspace, query, need, way)),
        languages=tuple(_languages(need, way)),
        undo=way.corrected(Corrections()) if corrections != Corrections() else None,
        kept=tuple(
            (name, value)
            for name, values in replace(corrections, language=None).parameters().items()
            for value in ([values] if isinstance(values, str) else values)
        ),
    )


def _chips(workspace: Workspace, query: Query, need: Need, way: Way) -> Iterator[Chip]:
    for aspect in need.aspects():
        href = way.corrected(way.corrections.removing(aspect))
        label, does = (
            workspace.describe(aspect, query.language),
            query.say(_TAKES_AWAY[aspect.sort]),
        )
        yield Chip(aspect.sort, aspect.id, label, does, href)
    for choice in _stages(workspace, query, need, way):
        if choice.is_on:
            yield Chip(
                "stage", choice.id, choice.label, query.say("this is not my stage"), choice.href
            )


def _stages(workspace: Workspace, query: Query, need: Need, way: Way) -> Iterator[Choice]:
    corrections = way.corrections
    for stage in workspace.landscape.vocabulary.stages.values():
        is_on = stage.id == need.stage
        # A stage that the visitor chose is unchosen; one that was read is denied.
        off = None if corrections.stage else NO_STAGE
        href = way.corrected(replace(corrections, stage=off if is_on else stage.id))
        yield Choice(stage.id, stage.text(query.language), None, href, is_on)


def _languages(need: Need, way: Way) -> Iterator[Choice]:
    corrections = way.corrections
    for language in LANGUAGES:
        is_on = language == need.language
        chosen = None if is_on else language
        href = way.corrected(replace(corrections, language=chosen))
        yield Choice(language, _OWN_NAMES[language], None, href, is_on)


def _suggested(
    workspace: Workspace, answer: Shortlist, corrections: Corrections
) -> Iterator[tuple[Aspect, Corrections]]:
    """Yield what may be meant besides, and the corrections with it."""
    need = answer.need
    known = {*need.aspects(), *corrections.unwanted}
    landscape = workspace.landscape
    strict = [place for place in need.places if place not in need.near]
    for place in strict[:1]:
        near = Aspect("near", place)
        if landscape.places[place].kind == "municipality" and near not in known:
            yield near, corrections.removing(Aspect("place", place)).adding(near)
        province = landscape.province_of(place)
        if province is not None:
            around = landscape.nearby(province, _NEXT_DOOR_KM)
            next_door = dict.fromkeys(landscape.province_of(p) for p in around)
            for other in [p for p in next_door if p is not None][:1]:
                beside = Aspect("place", other)
                if beside not in known:
                    yield beside, corrections.adding(beside)
    for theme in answer.likely_themes:
        likely = Aspect("theme", theme)
        if likely not in known:
            yield likely, corrections.adding(likely)
