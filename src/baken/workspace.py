"""The workspace: the one place where Baken is put together, and its Python interface.

    with Workspace.open() as workspace:
        for match in workspace.find("a biobank for kidney tissue").matches:
            print(match.name, match.reasons[0].text)

Nothing else in Baken opens a store, loads a model or builds an index.
"""

from __future__ import annotations

import datetime
import logging
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, cast

from baken import ingest, landscape
from baken.config import Settings
from baken.errors import (
    BakenError,
    GuideError,
    LandscapeError,
    LinkError,
    NeedError,
    NotFoundError,
    StoreError,
    VisitError,
)
from baken.landscape.outlines import Outlines
from baken.landscape.whereabouts import Whereabouts, locate, locate_place
from baken.model import (
    LANGUAGES,
    Aspect,
    Corrections,
    Figure,
    Landscape,
    Organisation,
    Project,
    Shortlist,
    Statement,
    Term,
    organisation_subject,
    place_subject,
    subject_id,
)
from baken.model.shortlist import NO_STAGE, SORTS
from baken.network import Network, explore
from baken.network import Path as Way
from baken.partners import Matcher, ProjectReader
from baken.partners.wording import NEAR, NOT, say
from baken.search import Suggester, Suggestion, UniversalSentenceEncoder, open_index
from baken.store import Change, Facets, Filter, StillStore, Store, Totals, open_store
from baken.text.marking import message
from baken.text.speech import Speech

if TYPE_CHECKING:
    from baken.desk import Desk
    from baken.guide import Guide, Handbook, Profile
    from baken.linker import Linker
    from baken.linker.protocol import LinkerLike
    from baken.linker.registry import RegistryRecord
    from baken.partners.naming import Named, Naming
    from baken.partners.surroundings import Surroundings
    from baken.visits import Day, Programme, Spot, Stop, Travel

_LOG: Final = logging.getLogger("baken.workspace")

_DESK_LOOKUP_S: Final = 30.0
_MOST_NAMED: Final = 30
"""Terms that a message about an unknown one lists in full; of more it names the nearest."""

_THERE_IS_NO: Final = {
    "theme": message("There is no theme “%(word)s”."),
    "role": message("There is no role “%(word)s”."),
    "kind": message("There is no kind “%(word)s”."),
    "place": message("There is no place “%(word)s”."),
    "province": message("There is no province “%(word)s”."),
    "stage": message("There is no stage “%(word)s”."),
}

_HANDBOOK_PARTNERS: Final = 8
"""Lines of a handbook's shortlist: two pages."""

_ON_A_MAP: Final = ("kind", "name", "coordinates")
"""What is read of an organisation that is only to be put on a map."""

_MOST_JOINED: Final = 5_000
"""Organisations whose whole network is kept in memory; of more, only what is asked for is read."""

_NEIGHBOURHOODS: Final = 256
"""Neighbourhoods that are kept with their drawings, those asked for last."""

_MOST_EXPLORED: Final = 2_000
"""Organisations that are read to find a way between two in a larger landscape."""

Progress = Callable[[str], None]


class Workspace:
    """An open landscape: its statements, its index and the matcher over both.

    Safe to use from several threads. Close it, or use it as a context manager.
    """

    def __init__(
        self,
        store: Store,
        matcher: Matcher,
        registry: Path | None = None,
        names: Path | None = None,
        folder: Path | None = None,
        settings: Settings | None = None,
    ) -> None:
        """Wrap what `open` has put together.

        Args:
            store: the landscape's statements.
            matcher: over the store.
            registry: to link texts to; None for no linking.
            names: folder of the landscape's linker.
            folder: of the landscape's files; None where only a store was given.
            settings: those that pages and the desk need; None for none of these.
        """
        self.store = store
        self.url = settings.url.rstrip("/") if settings and settings.url else None
        self.contact = settings.contact if settings else None
        self._folder = folder
        self.proxies = settings.trusted_proxies if settings else ()
        self.tiles = settings.tiles if settings else None
        self._registry = registry
        self._names = names
        self._settings = settings
        self._takes_enquiries: tuple[float, bool] | None = None
        self._naming: Naming | None = None
        self._facets: tuple[int, Facets] | None = None
        self._fellows: tuple[tuple[int, int], dict[str, tuple[str, ...]]] | None = None
        self._publishers: tuple[int, dict[str, int]] | None = None
        self._counting = threading.Lock()
        self._largest: tuple[int, tuple[Organisation, ...]] | None = None
        self._speeches: dict[str, Speech] = {}
        self._is_loaded = False  # so that what failed is not tried for every need
        self._loading = threading.Lock()
        self._opening = threading.Lock()
        self.landscape: Landscape = store.landscape()
        self._matcher = matcher
        self._network: tuple[int, Network | None] | None = None
        self._neighbourhoods: dict[tuple[int, str, int, int], Network] = {}

    def folder_of(self, name: str) -> Path | None:
        """Return the folder for something that can be made again; None where nothing is kept."""
        return self._settings.data / name if self._settings else None

    @classmethod
    def open(
        cls,
        settings: Settings | None = None,
        *,
        progress: Progress = lambda _: None,
        is_still: bool = False,
        **given: Any,
    ) -> Workspace:
        """Open a landscape, loading and indexing it first where its files have changed.

        Args:
            settings: how Baken is set up; read from the environment when None.
            progress: called with a sentence before each step that takes a while.
            is_still: whether nothing is written to the store as long as this is open, so that what
                was read may be remembered; for one thread.
            **given: single settings by name, such as ``landscape=Path("landscapes/my-region")``.

        Raises:
            LandscapeError: the landscape's files have problems.
            StoreError: the store cannot be opened.
            SettingError: a setting makes no sense.
        """
        settings = settings or Settings.load(**given)
        location = _Location(settings)
        store = location.store(progress)
        try:
            index = open_index(store, UniversalSentenceEncoder(), location.index, progress=progress)
            store = cast("Store", StillStore(store)) if is_still else store
            matcher = Matcher(store, index)
            return cls(store, matcher, settings.registry, location.names, location.folder, settings)
        except BaseException:
            store.close()
            raise

    # -- the desk ----------------------------------------------------------------------------

    @staticmethod
    def open_desk(
        settings: Settings | None = None,
        *,
        clock: Callable[[], datetime.datetime] | None = None,
        **given: Any,
    ) -> Desk:
        """Open the desk alone, for those who need no landscape; close it afterwards.

        Args:
            settings: how Baken is set up; read from the environment when None.
            clock: tells the time, aware; the real one when None.
            **given: single settings by name.

        Raises:
            SettingError: a setting makes no sense.
            StoreError: the desk's database cannot be opened, or holds something else.
        """
        from baken.desk import Desk  # only who deals with enquiries pays for loading it

        settings = settings or Settings.load(**given)
        return Desk.open(settings, clock=clock) if clock else Desk.open(settings)

    @cached_property
    def desk(self) -> Desk:
        """Where enquiries are kept; opened when first asked for, closed with the workspace.

        Raises:
            SettingError: a setting makes no sense.
            StoreError: the desk's database cannot be opened, or holds something else.
        """
        with self._opening:  # cached_property itself lets two in from Python 3.12 on
            if "desk" not in self.__dict__:
                self.__dict__["desk"] = self.open_desk(self._settings)
            desk: Desk = self.__dict__["desk"]
            return desk

    def takes_enquiries(self) -> bool:
        """Return whether somebody answers enquiries: whether there is a desk with an officer.

        Looked up twice a minute, so that pages may ask.
        """
        now = time.monotonic()
        if self._takes_enquiries is None or now - self._takes_enquiries[0] > _DESK_LOOKUP_S:
            self._takes_enquiries = (now, self._has_officers())
        return self._takes_enquiries[1]

    def _has_officers(self) -> bool:
        settings = self._settings
        if settings is None:
            return False
        if settings.desk is None and not (settings.data / "desk.sqlite").exists():
            return False  # nobody has opened the desk yet, and a page need not
        try:
            return self.desk.takes_enquiries
        except BakenError as error:
            _LOG.error("Pages do without the desk: %s", error)
            return False

    # -- finding -----------------------------------------------------------------------------

    def find(
        self,
        need: str,
        *,
        limit: int = 10,
        role: str | None = None,
        province: str | None = None,
        corrections: Corrections | None = None,
    ) -> Shortlist:
        """Return the shortlist for a need in plain words.

        Args:
            need: what is looked for, in English, Dutch, French or German.
            limit: at most so many matches, from 1 to 100.
            role: only partners in this role: its id or its label in any language.
            province: only partners in this province: its id, label or another name.
            corrections: what was misread, or is to count besides; see `corrections`.

        Raises:
            NeedError: there is no such role or province, or the limit is out of range.
        """
        if not 1 <= limit <= 100:
            raise NeedError(message("A shortlist has 1 to 100 lines, not %(limit)s."), limit=limit)
        provinces = {p: self.landscape.places[p] for p in self.landscape.provinces}
        return self._matcher.find(
            need,
            limit=limit,
            role=_term(role, self.landscape.vocabulary.roles, "role"),
            province=_term(province, provinces, "province"),
            corrections=corrections,
        )

    def corrections(
        self,
        wanted: Iterable[str] = (),
        unwanted: Iterable[str] = (),
        *,
        stage: str | None = None,
        language: str | None = None,
    ) -> Corrections:
        """Return what a visitor corrects in the reading of a need.

        Args:
            wanted: what is to count, each a sort and an id or a label: ``theme:lung``,
                ``near:Hasselt``, ``not-kind:university``; see `baken.model.Sort`.
            unwanted: what was read and is not to count, written likewise.
            stage: how far along the visitor's product is, by id or label; ``none`` for no stage.
            language: of the need: ``en``, ``nl``, ``fr`` or ``de``.

        Raises:
            NeedError: there is no such sort, term, stage or language.
        """
        if language is not None and language not in LANGUAGES:
            raise NeedError(
                message("Needs are not read in the language “%(word)s”."),
                message("Choose one of: %(choices)s."),
                word=language,
                choices=", ".join(LANGUAGES),
            )
        stages = self.landscape.vocabulary.stages
        return Corrections(
            wanted=tuple(dict.fromkeys(map(self._aspect, wanted))),
            unwanted=tuple(dict.fromkeys(map(self._aspect, unwanted))),
            stage=stage if stage == NO_STAGE else _term(stage, stages, "stage", (NO_STAGE,)),
            language=next((known for known in LANGUAGES if known == language), None),
        )

    def describe(self, aspect: Aspect, language: str = "en") -> str:
        """Return one part of a need in words: "Lung diseases", "Near Hasselt", "Not: University".

        Args:
            aspect: of a need that this workspace has read.
            language: of the words, ISO 639-1; English where Baken does not speak it.
        """
        sort = aspect.sort.removeprefix("not-")
        if sort == "organisation":
            label = self.names([aspect.id]).get(aspect.id, aspect.id)
        else:
            label = self._terms(sort)[aspect.id].text(language)
        if aspect.sort == "near":
            return say(NEAR, language).format(label)
        return label if sort == aspect.sort else say(NOT, language).format(label)

    def _aspect(self, text: str) -> Aspect:
        written, _, word = text.partition(":")
        sort = next((known for known in SORTS if known == written.strip()), None)
        if sort is None or not word.strip():
            raise NeedError(
                message("“%(word)s” is no part of a need."),
                message(
                    "Write what it is and which one, such as theme:lung; the first is one of: "
                    "%(choices)s."
                ),
                word=text,
                choices=", ".join(SORTS),
            )
        if sort == "not-organisation":
            self.organisation(word)
            return Aspect(sort, word)
        noun = "place" if sort == "near" else sort.removeprefix("not-")
        return Aspect(sort, _term(word, self._terms(noun), noun) or word)

    def _terms(self, sort: str) -> Mapping[str, Term]:
        vocabulary = self.landscape.vocabulary
        terms: dict[str, Mapping[str, Term]] = {
            "theme": self.landscape.themes,
            "role": vocabulary.roles,
            "kind": vocabulary.kinds,
            "place": self.landscape.places,
            "near": self.landscape.places,
        }
        return terms[sort]

    def sketch(self, text: str) -> Project:
        """Return the partners that a longer text needs, one lead a role, with alternates and gaps.

        Args:
            text: a pitch or a call for proposals, in English, Dutch, French or German; its first
                20,000 characters are read.
        """
        return self._projects.sketch(text)

    @cached_property
    def _projects(self) -> ProjectReader:
        return ProjectReader(self.store, self._matcher)

    def warm(self) -> None:
        """Load now what is loaded at the first need otherwise, so that it is answered as fast.

        What reads names loads beside it: the first time of all, compiling it takes half a minute.
        """
        self._own  # noqa: B018  # so that the thread does not need the store, which may be closed
        threading.Thread(target=self._load_naming, name="baken-names", daemon=True).start()
        self._projects.warm()
        self._suggester  # noqa: B018

    # -- linking -----------------------------------------------------------------------------

    @cached_property
    def linker(self) -> LinkerLike | None:
        """What says which organisations a text names; None when no registry is set.

        Raises:
            LinkError: the registry cannot be opened.
        """
        if self._registry is None:
            return None
        from baken.linker import Linker  # only who links pays for loading it

        return Linker.open(self._registry)

    @cached_property
    def landscape_linker(self) -> Linker | None:
        """What says which of the landscape's own organisations a text names; needs no registry.

        Its index is kept beside the search index. None for a workspace that keeps nothing.

        Raises:
            LinkError: the index cannot be made or opened.
        """
        if self._names is None:
            return None
        from baken.linker.own import open_own_linker

        return open_own_linker([record for _, record in self._own], self._names)

    def named(self, text: str) -> Named | None:
        """Return the organisations that a text names, or None when it names none.

        An address waits for what reads it to be loaded; a need that comes meanwhile is answered
        without.
        """
        from baken.partners.naming import looks_like_address

        if not text.strip():
            return None
        if not self._is_loaded and (not self._loading.locked() or looks_like_address(text)):
            self._load_naming()
        return self._naming.read(text) if self._naming is not None else None

    def _load_naming(self) -> None:
        """Load what reads names, once; where it cannot be loaded the log says why."""
        from baken.partners.naming import Naming

        with self._loading:
            if self._is_loaded:
                return
            linker, wider = self._working("landscape_linker"), self._working("linker")
            if linker is not None:
                ids = {record.id: one.id for one, record in self._own}
                self._naming = Naming(linker, ids, [one for one, _ in self._own], wider)
                self._naming.read("KU Leuven, Belgium")  # compiles what is not kept yet
            self._is_loaded = True

    def _working(self, name: str) -> Any:
        """Return a linker, or None where it cannot be opened: the site goes on without."""
        try:
            return getattr(self, name)
        except LinkError as error:
            _LOG.warning("Names are read without the %s: %s", name.replace("_", " "), error)
            return None

    @cached_property
    def _own(self) -> list[tuple[Organisation, RegistryRecord]]:
        """Every organisation of the landscape, and its record for the linker."""
        from baken.linker.landscape import landscape_records

        organisations = list(self.store.organisations(Filter()))
        records = landscape_records(organisations, self.landscape)
        return list(zip(organisations, records, strict=True))

    # -- the guide ---------------------------------------------------------------------------

    @cached_property
    def guide(self) -> Guide:
        """The landscape's guide: measures, steps, tax, regulatory paths, and advice on them.

        A shared store holds no guide; where its landscape is one that ships, that one's is used.
        A landscape without a guide has an empty one.

        Raises:
            GuideError: the guide's files have problems.
        """
        from baken import guide

        try:
            folder = self._folder or landscape.shipped(self.landscape.id)
        except LandscapeError:
            return guide.empty()
        reading = guide.read(folder)
        if reading.problems:
            raise GuideError(
                f"The guide in {folder} has {len(reading.problems)} problem(s): "
                f"{sorted(reading.problems)[0]} See them all with: baken guide check {folder}"
            )
        return reading.guide

    def handbook(
        self,
        answers: Mapping[str, Any] | Profile | None = None,
        *,
        need: str | None = None,
        language: str = "en",
    ) -> Handbook:
        """Return the handbook for a company; `baken.guide.print_pdf` makes a PDF of it.

        Args:
            answers: what is known of the company, as `baken.guide.Guide.profile` takes it.
            need: what it looks for, in its own words; None or empty leaves the shortlist out.
            language: of the handbook: ``en``, ``nl``, ``fr`` or ``de``.

        Raises:
            GuideError: the answers make no sense, or Baken does not speak the language.
        """
        from baken.guide import (
            Footnotes,
            compose,
            describe_partners,
            describe_reach,
            describe_region,
        )

        if language not in LANGUAGES:
            raise GuideError(
                message("There is no handbook in “%(word)s”."),
                message("Choose one of: %(choices)s."),
                word=language,
                choices=", ".join(LANGUAGES),
            )
        say, footnotes, text = self._speech(language), Footnotes(), (need or "").strip()
        advice = self.guide.advise(answers, language)
        bodies = [one.organisation for one in self.guide.bodies.values() if one.organisation]
        region = describe_region(
            self.landscape,
            self.totals(),
            self.facets(),
            self._with_largest_figures(),
            {place: self.place_statements(place) for place in self.landscape.provinces},
            say,
            footnotes,
        )
        found = self.find(text, limit=_HANDBOOK_PARTNERS) if text else None
        return compose(
            advice,
            region,
            say,
            footnotes,
            need=text or None,
            need_language=found.need.language if found is not None else language,
            partners=describe_partners(
                found,
                self.store.organisations(ids=[match.id for match in found.matches]),
                self.landscape,
                say,
                footnotes,
            )
            if found is not None
            else (),
            reach=describe_reach(self.store.organisations(ids=bodies)),
        )

    def _with_largest_figures(self) -> tuple[Organisation, ...]:
        """Return whoever has the largest figure of a metric; looked up once a revision."""
        revision = self.store.revision()
        if self._largest is None or self._largest[0] != revision:
            self._largest = (revision, tuple(self.store.organisations(ids=self._largest_ids())))
        return self._largest[1]

    def _largest_ids(self) -> list[str]:
        """Return the ids of whoever has the largest figure of a metric."""
        largest: dict[str, tuple[float, str]] = {}
        for said in self.store.said("figure"):
            figure = said.value
            if isinstance(figure, Figure) and said.subject.startswith(organisation_subject("")):
                known = largest.get(figure.metric)
                if known is None or figure.value > known[0]:
                    largest[figure.metric] = (figure.value, subject_id(said.subject))
        return list(dict.fromkeys(one for _, one in largest.values()))

    # -- visits ------------------------------------------------------------------------------

    def visit_stop(self, organisation_id: str, *, language: str = "en", **given: Any) -> Stop:
        """Return an organisation as a stop of a visit, with what is usual for its kind.

        Args:
            organisation_id: whom to visit.
            language: of the words beside its name.
            **given: fields of `baken.visits.Stop` that differ, such as ``minutes=90``.

        Raises:
            NotFoundError: there is no organisation of that id.
        """
        from baken.visits import HOURS, Spot, Stop, usual_minutes

        one = self.organisation(organisation_id)
        where = self.whereabouts([one]).get(one.id)
        place = self.landscape.places.get(one.place_id or "")
        name = one.name(language)
        # Of a province nobody can say how far it is.
        is_known = where is not None and where.precision != "province"
        fields: dict[str, Any] = {
            "id": one.id,
            "name": name,
            "spot": Spot(where.lat, where.lon, name, where.is_exact)
            if where and is_known
            else None,
            "minutes": usual_minutes(one.kind),
            "windows": HOURS,
            "kind": self.landscape.vocabulary.kinds[one.kind].text(language),
            "place": place.text(language) if place else None,
            "address": one.addresses[0].value if one.addresses else None,
            "website": one.websites[0].value if one.websites else None,
        }
        return Stop(**{**fields, **given})

    def visit_spot(self, word: str, *, language: str = "en") -> Spot:
        """Return where a day of a visit begins or ends.

        Args:
            word: a place or an organisation: its id, or a place's label or other name.
            language: of the words.

        Raises:
            NeedError: there is no such place, or it is too large to be travelled to.
        """
        from baken.visits import Spot

        known = self.store.organisation(word)
        if known is not None:
            stop = self.visit_stop(word, language=language)
            if stop.spot is not None:
                return stop.spot
        places = {key: p for key, p in self.landscape.places.items() if p.kind == "municipality"}
        # "Brussels" is a region; who begins a day there means the city.
        held = [key for key, place in places.items() if _has_word(place, word)]
        place_id = held[0] if len(held) == 1 else _term(word, places, "place") or ""
        where = self.place_whereabouts(place_id)
        if where is None:
            raise NeedError(
                message("Where “%(place)s” is is not known here. Choose a municipality."),
                place=word,
            )
        return Spot(where.lat, where.lon, self.landscape.places[place_id].text(language))

    def plan_visit(
        self,
        stops: Iterable[Stop | str],
        days: Iterable[Day],
        *,
        order: Iterable[tuple[str, str]] = (),
        travel: Travel | None = None,
        language: str = "en",
    ) -> Programme:
        """Return the best programme for a visit; see `baken.visits.plan`.

        Args:
            stops: whom to visit: ids, or stops made by `visit_stop`.
            days: when.
            order: pairs of ids: the first is visited before the second.
            travel: travel times that are known; estimated when None.
            language: of the programme: ``en``, ``nl``, ``fr`` or ``de``.

        Raises:
            NotFoundError: there is no organisation of an id.
            VisitError: it cannot be planned as asked.
        """
        from baken.visits import Trip, plan

        if language not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            raise VisitError(f"There is no programme in “{language}”. Use one of {known}.")
        chosen = tuple(
            self.visit_stop(one, language=language) if isinstance(one, str) else one
            for one in stops
        )
        trip = Trip(stops=chosen, days=tuple(days), order=tuple(order))
        return plan(trip, self.speech(language), travel)

    @property
    def zone(self) -> str:
        """The time zone of the office, in which visits take place."""
        return (self._settings or Settings()).office_zone

    def speech(self, language: str) -> Speech:
        """Return what Baken says in a language."""
        return self._speech(language)

    def _speech(self, language: str) -> Speech:
        """Return what Baken says in a language; its catalogues are read once."""
        known = self._speeches.get(language)
        if known is None:
            known = self._speeches[language] = Speech(language)
        return known

    # -- suggesting --------------------------------------------------------------------------

    def suggest(self, text: str, *, limit: int = 8, language: str = "en") -> tuple[Suggestion, ...]:
        """Return what somebody who typed `text` may be about to write; see `Suggester`."""
        return self._suggester.suggest(text, limit=limit, language=language)

    @cached_property
    def _suggester(self) -> Suggester:
        return Suggester.of(self.landscape, (one for one, _ in self._own))

    # -- links between organisations ---------------------------------------------------------

    def network(self) -> Network | None:
        """Return who is linked to whom, made once for each revision of the store.

        None for a landscape of more than 5,000 organisations: of these, see `neighbourhood`.
        """
        revision = self.store.revision()
        kept = self._network
        if kept is not None and kept[0] == revision:
            return kept[1]
        is_small = self.totals().organisations <= _MOST_JOINED
        network = Network(self.organisations()) if is_small else None
        self._network = (revision, network)
        return network

    def neighbourhood(
        self, organisation_id: str, *, steps: int = 1, most: int = 1_000
    ) -> tuple[Network, bool]:
        """Return who is at most so many relations away from an organisation, and how they link.

        Args:
            organisation_id: in the middle.
            steps: relations to walk, whichever way round they are stated.
            most: at most so many organisations, the nearest first.

        Returns:
            The network, and whether it is whole: False when `most` cut it off.

        Raises:
            NotFoundError: there is none of that id.
        """
        self.organisation(organisation_id)
        whole = self.network()
        if whole is None:
            return explore(self.store, [organisation_id], steps=steps, most=most)
        if organisation_id not in whole.organisations:  # synced a moment ago
            raise NotFoundError(f"There is no organisation “{organisation_id}” here.")
        away = whole.distances(organisation_id, steps)
        near = list(away)[:most]
        key = (self.store.revision(), organisation_id, steps, most)
        made = self._neighbourhoods.pop(key, None)
        if made is None:
            made = Network(whole.organisations[one] for one in near)
        self._neighbourhoods[key] = made  # the last asked for goes last
        while len(self._neighbourhoods) > _NEIGHBOURHOODS:
            self._neighbourhoods.pop(next(iter(self._neighbourhoods)), None)
        return made, len(near) == len(away)

    def path(self, start: str, end: str) -> Way | None:
        """Return how two organisations are linked: the shortest way over relations, else themes.

        In a landscape of more than 5,000 organisations, no more than 2,000 are read to find it;
        `search_path` says when that was not enough.

        Args:
            start: id of one.
            end: id of the other.

        Returns:
            The way, each step with its statements, or None when none is known.

        Raises:
            NotFoundError: there is no organisation of such an id.
        """
        return self.search_path(start, end)[0]

    def search_path(self, start: str, end: str) -> tuple[Way | None, bool]:
        """Return what `path` does, and whether everything was read that could lead there.

        Where it was not, there may be a way although none was found, or a shorter one.

        Raises:
            NotFoundError: there is no organisation of such an id.
        """
        for one in (start, end):
            self.organisation(one)
        network, is_whole = self.network(), True
        if network is None:
            network, is_whole = explore(self.store, [start, end], steps=None, most=_MOST_EXPLORED)
        way = network.path(start, end)
        return way, is_whole

    # -- reading -----------------------------------------------------------------------------

    def organisation(self, organisation_id: str) -> Organisation:
        """Return one organisation.

        Raises:
            NotFoundError: there is none of that id.
        """
        found = self.store.organisation(organisation_id)
        if found is None:
            raise NotFoundError(
                message("There is no organisation “%(id)s” here."), id=organisation_id
            )
        return found

    def organisations(
        self,
        only: Filter | None = None,
        *,
        after: str | None = None,
        limit: int | None = None,
        predicates: Sequence[str] | None = None,
    ) -> Iterator[Organisation]:
        """Yield organisations by name; see `baken.store.Store.organisations`."""
        return self.store.organisations(
            only or Filter(), after=after, limit=limit, predicates=predicates
        )

    def by_place(self, only: Filter | None = None) -> dict[str, int]:
        """Count organisations by place; see `baken.store.Store.by_place`."""
        return self.store.by_place(only or Filter())

    def whereabouts(self, organisations: Sequence[Organisation]) -> dict[str, Whereabouts]:
        """Return where organisations stand on a map, by id; see `baken.landscape.whereabouts`.

        Those of which no more than a region is known are left out.
        """
        known = {one.id: one for one in organisations}
        parents = {one.located_through for one in organisations} - {None}
        missing = [parent for parent in parents if parent and parent not in known]
        if missing:
            found = self.store.organisations(ids=missing, predicates=_ON_A_MAP)
            known |= {one.id: one for one in found}
        places = {
            one.id: locate(one, self.landscape, self.outlines, known.get(one.located_through or ""))
            for one in organisations
        }
        return {key: place for key, place in places.items() if place is not None}

    def place_whereabouts(self, place_id: str) -> Whereabouts | None:
        """Return the middle of a municipality or province, or None."""
        return locate_place(place_id, self.landscape, self.outlines)

    @cached_property
    def outlines(self) -> Outlines | None:
        """The outlines of the landscape's country, or None where none are known."""
        return Outlines.of(self.landscape)

    def facets(self, only: Filter | None = None) -> Facets:
        """Count organisations by kind, province, theme and role."""
        if only:
            return self.store.facets(only)
        # Every theme's page asks for all of them: they are counted once a revision.
        revision = self.store.revision()
        if self._facets is None or self._facets[0] != revision:
            self._facets = (revision, self.store.facets(Filter()))
        return self._facets[1]

    def fellows(self, most: int) -> dict[str, tuple[str, ...]]:
        """Return who is of the same kind, by kind, where that is two to `most`.

        They are looked up once a revision, as reading who is of a kind goes through all.
        """
        key = (self.store.revision(), most)
        if self._fellows is None or self._fellows[0] != key:
            few = [kind for kind, count in self.facets().kinds.items() if 2 <= count <= most]
            found = {k: tuple(o.id for o in self.organisations(Filter(kinds=(k,)))) for k in few}
            self._fellows = (key, found)
        return self._fellows[1]

    def incoming(self, organisation_id: str) -> tuple[Statement, ...]:
        """Return what other organisations' sources say of their relation to this one."""
        return self.store.incoming(organisation_id)

    @property
    def surroundings(self) -> Surroundings:
        """Who is like an organisation, and who is near it, each with the reason."""
        return self._matcher.surroundings

    def changes(self, limit: int = 60) -> tuple[Change, ...]:
        """Return what is new of organisations and what is said no more, the latest day first.

        Args:
            limit: at most so many lines; each is one organisation on one day.
        """
        return self.store.changes(limit)

    def statements(self, subject: str) -> tuple[Statement, ...]:
        """Return the standing statements about a subject, such as ``places/limburg``."""
        return tuple(self.store.statements(subject))

    def history(self, organisation_id: str) -> tuple[Statement, ...]:
        """Return all statements ever made about an organisation, retired ones included."""
        subject = organisation_subject(organisation_id)
        return tuple(self.store.statements(subject, history=True))

    def place_statements(self, place_id: str) -> tuple[Statement, ...]:
        """Return what is said of a place itself, such as its figures."""
        return self.statements(place_subject(place_id))

    def publishers(self) -> dict[str, int]:
        """Count the statements of each publisher, most first; counted once a revision.

        It looks at every statement: with 100,000 organisations that takes two seconds.
        """
        with self._counting:  # four languages ask
            revision = self.store.revision()
            if self._publishers is None or self._publishers[0] != revision:
                self._publishers = (revision, self.store.publishers())
            return self._publishers[1]

    def names(
        self, ids: Iterable[str] | None = None, *, language: str | None = None
    ) -> dict[str, str]:
        """Return names by organisation id, for these or for all.

        Args:
            ids: of which organisations; None for all.
            language: in which a name is preferred where there is one; takes reading each of
                `ids`, so it is for as many as a page shows. None for display names.
        """
        if ids is None or language is None:
            return self.store.names(ids)
        wanted = list(dict.fromkeys(ids))
        found = self.store.organisations(ids=wanted) if wanted else ()
        return {one.id: one.name(language) for one in found}

    def totals(self) -> Totals:
        """Count what the landscape holds."""
        return self.store.totals()

    def close(self) -> None:
        """Release the store, and the desk where it was opened."""
        self.store.close()
        if "desk" in self.__dict__:
            self.desk.close()

    def __enter__(self) -> Self:
        """Return the workspace itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the workspace."""
        self.close()


class _Location:
    """Where a landscape's store and index are, worked out from the settings."""

    def __init__(self, settings: Settings) -> None:
        # A store given without a landscape is opened as it is: that is how one file is shared.
        self._is_shared = settings.store is not None and settings.landscape is None
        self._folder = settings.landscape or landscape.shipped()
        self.folder: Path | None = None if self._is_shared else self._folder
        name = _slug(self._folder)
        self._url = settings.store or str(settings.data / f"{name}.sqlite")
        if settings.store is not None:
            name = _slug(Path(settings.store))
        self.index: Path = settings.data / f"{name}.index"
        self.names: Path = settings.data / f"{name}.names"

    def store(self, progress: Progress) -> Store:
        """Open the store, loading the landscape's folder where its files have changed."""
        if self._is_shared and (shared := self._as_it_is()) is not None:
            return shared
        if "://" not in self._url:
            Path(self._url).parent.mkdir(parents=True, exist_ok=True)
        store = open_store(self._url)
        try:
            if store.fingerprint(ingest.SOURCE) != ingest.fingerprint(self._folder):
                progress(f"Loading the landscape {self._folder.name}")
                ingest.load(self._folder, store, on=datetime.date.today())
        except BaseException:
            store.close()
            raise
        return store

    def _as_it_is(self) -> Store | None:
        """Open an existing store read-only, or return None when it holds no landscape yet."""
        if "://" not in self._url and not Path(self._url).exists():
            return None
        store = open_store(self._url, read_only=True)
        try:
            store.landscape()
        except StoreError:
            store.close()
            return None
        return store


def _slug(path: Path) -> str:
    """Return a file name for what is made from `path`: readable, and unlike any other path's."""
    return f"{path.stem}-{blake2b(str(path.absolute()).encode(), digest_size=4).hexdigest()}"


def _has_word(term: Term, word: str) -> bool:
    """Return whether a label of a term holds a word, as a whole."""
    folded = word.strip().casefold()
    return any(
        re.search(rf"\b{re.escape(folded)}\b", label.casefold()) is not None
        for label in term.label.values()
    )


def _term(
    word: str | None, terms: Mapping[str, Term], noun: str, also: tuple[str, ...] = ()
) -> str | None:
    """Return the id of the term that a person means by a word: its id, a label or an alias.

    Raises:
        NeedError: no term is called that; the message names all there are, or the nearest.
    """
    if word is None or word in terms:
        return word
    folded = word.strip().casefold()
    for key, term in terms.items():
        names = (key, *term.label.values(), *getattr(term, "aliases", ()))
        if folded in (name.casefold() for name in names):
            return key
    if len(terms) <= _MOST_NAMED:
        choices, way_out = (*terms, *also), message("Choose one of: %(choices)s.")
    elif near := get_close_matches(folded, terms, n=3, cutoff=0.6):
        choices, way_out = tuple(near), message("Did you mean one of these: %(choices)s?")
    else:
        choices = (f"/{noun}s/{next(iter(terms))}",)
        way_out = message("Its id stands in the address of its page, such as %(choices)s.")
    raise NeedError(_THERE_IS_NO[noun], way_out, word=word, choices=", ".join(choices))
