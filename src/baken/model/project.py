"""A longer text, the work it asks for, and who could do each part."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from .shortlist import Match
from .statement import Statement

Basis = Literal["asked", "implied"]


class Quote(Struct, frozen=True, kw_only=True):
    """A sentence of the text that a slot rests on.

    Attributes:
        text: the sentence, on one line.
        start: position of its first character in the text that was given, from 0.
        end: one past its last character.
        section: the heading it stands under, or None.
        basis: ``asked`` where the sentence looks for somebody, ``implied`` where it speaks of work
            that somebody has to do.
    """

    text: str
    start: int
    end: int
    section: str | None
    basis: Basis


class Slot(Struct, frozen=True, kw_only=True):
    """One part of the work, and who could do it.

    Attributes:
        role: id of the role that is wanted.
        themes: theme ids it is wanted for, the most certain first; none where any will do.
        need: the words that were looked up: those of the text, with what the whole is about.
        title: the role and its themes, in the language of the text.
        importance: how much of the text asks for it, 0–1; the first slot has the most.
        basis: ``asked`` if any of its sentences looks for somebody.
        quotes: the sentences it rests on, in the order of the text; at least one.
        lead: who fits best, each organisation leading as few slots as it can; None is a gap.
        alternates: who could lead instead, best first; in a gap, who comes nearest.
        gap: a sentence that says nobody here is known to offer it; None where somebody is.
        could_know: for a gap, whom to ask: networks and federations of the field, perhaps none.
    """

    role: str
    themes: tuple[str, ...]
    need: str
    title: str
    importance: float
    basis: Basis
    quotes: tuple[Quote, ...]
    lead: Match | None
    alternates: tuple[Match, ...] = ()
    gap: str | None = None
    could_know: tuple[Match, ...] = ()


class Project(Struct, frozen=True, kw_only=True):
    """A consortium sketched from a text.

    Attributes:
        language: ISO 639-1 code of the text.
        characters: of the text that were read.
        is_call: whether it reads as a call for proposals rather than as a pitch.
        themes: theme ids that the whole is about, the most prominent first.
        slots: the work it asks for, the most important first.
        statements: every statement that a reason cites, by id.
        note: a sentence for the visitor (the text was cut, too short, asks for nobody), or None.
        milliseconds: how long the answer took.
    """

    language: str
    characters: int
    is_call: bool
    themes: tuple[str, ...]
    slots: tuple[Slot, ...]
    statements: dict[str, Statement] = {}
    note: str | None = None
    milliseconds: float = 0.0
