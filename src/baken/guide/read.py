"""Reading a landscape's ``guide`` folder; every mistake of form keeps its file and line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct

from baken.errors import GuideError
from baken.landscape.convert import convert, suggest
from baken.landscape.document import Document, Problem, Trail

from .facts import NO, YES, Choice, Fact, FactKind
from .format import (
    AmountEntry,
    BodyEntry,
    CiteEntry,
    ConditionEntry,
    FactEntry,
    Full,
    GuideFile,
    LegalEntry,
    MeasureEntry,
    Paragraph,
    PathEntry,
    RuleEntry,
    SectionEntry,
    SourceEntry,
    StageEntry,
    StepEntry,
)
from .guide import (
    Amount,
    Body,
    Condition,
    Guide,
    Legal,
    Measure,
    RegulatoryPath,
    Section,
    Source,
    Stage,
    Step,
)
from .rules import OPERATORS, All, AnyOf, Comparison, Not, Rule, comparisons

FOLDER: Final = "guide"
"""The folder of a landscape that holds its guide."""

FILES: Final = (
    "guide.yaml",
    "profile.yaml",
    "bodies.yaml",
    "sources.yaml",
    "steps.yaml",
    "tax.yaml",
    "paths.yaml",
)
_QUALIFIERS: Final = ("exactly", "at_least", "at_most", "about")
_YES_NO: Final[Mapping[str, Choice]] = {
    YES: Choice(Full(en="yes", nl="ja", fr="oui", de="ja")),
    NO: Choice(Full(en="no", nl="nee", fr="non", de="nein")),
}

E = TypeVar("E", bound=Struct)


class Reading(Struct, frozen=True):
    """A guide as read.

    Attributes:
        guide: everything that could be understood; what could not is among the problems.
        problems: every mistake of form, and every name that leads nowhere.
        documents: by file name, relative to the landscape's folder.
        organisations: ids of the landscape's organisations, which bodies may name.
        trails: where each record stands, by its kind and id: ``("measure", "kmo-portefeuille")``.
    """

    guide: Guide
    problems: list[Problem]
    documents: dict[str, Document]
    organisations: frozenset[str]
    trails: dict[tuple[str, str], tuple[Document, Trail]]


def read(landscape: Path) -> Reading:
    """Read the guide of a landscape's folder; a landscape without one has an empty guide.

    Raises:
        GuideError: the folder is not there, or holds no landscape.
    """
    if not (landscape / "landscape.yaml").is_file():
        raise GuideError(
            f"{landscape} holds no landscape.yaml, so it is no landscape’s folder and has no guide."
        )
    return _Reader(landscape).read()


def empty() -> Guide:
    """Return the guide of a landscape that has none."""
    return Guide(
        title=_UNTITLED,
        intro=_NOTHING,
        as_of="1970",
        facts={},
        bodies={},
        sources={},
        measures={},
        steps=(),
        tax=(),
        paths=(),
    )


class _Reader:
    """The state of one reading."""

    def __init__(self, landscape: Path) -> None:
        self.landscape = landscape
        self.problems: list[Problem] = []
        self.documents: dict[str, Document] = {}
        self.trails: dict[tuple[str, str], tuple[Document, Trail]] = {}
        self.sources: dict[str, Source] = {}
        self.facts: dict[str, Fact] = {}
        self.bodies: dict[str, Body] = {}
        self.organisations = frozenset(
            path.stem for path in (landscape / "organisations").rglob("*.y*ml")
        )

    def read(self) -> Reading:
        about = self._about()
        self.sources = {
            key: Source(
                id=key,
                publisher=entry.publisher,
                title=entry.title,
                url=entry.url,
                retrieved=entry.retrieved,
                copy=entry.copy,
                published=entry.published,
            )
            for key, entry in self._entries("source", "sources.yaml", SourceEntry)
        }
        self.bodies = {
            key: Body(key, entry.name, entry.site, entry.organisation)
            for key, entry in self._entries("body", "bodies.yaml", BodyEntry)
        }
        self._facts()
        measures = dict(self._measures())
        guide = Guide(
            title=about.title,
            intro=about.intro,
            as_of=about.as_of,
            facts=self.facts,
            bodies=self.bodies,
            sources=self.sources,
            measures=measures,
            steps=self._in_order(dict(self._steps())),
            tax=tuple(self._tax(measures)),
            paths=tuple(self._paths()),
        )
        for document in self.documents.values():
            self.problems.extend(document.problems)
        self._unexpected_files()
        return Reading(guide, self.problems, self.documents, self.organisations, self.trails)

    # -- files -------------------------------------------------------------------------------

    def _open(self, name: str) -> Document:
        path = self.landscape / FOLDER / name
        name = f"{FOLDER}/{name}"
        document = Document(name, path.read_bytes() if path.is_file() else b"{}")
        if not isinstance(document.data, dict):
            if not document.problems:
                message = "The file should be a mapping from fields to values."
                document.problems.append(Problem(name, 1, "wrong-shape", message))
            document.data = {}
        self.documents[name] = document
        return document

    def _unexpected_files(self) -> None:
        for path in sorted((self.landscape / FOLDER).rglob("*.y*ml")):
            name = path.relative_to(self.landscape).as_posix()
            if name not in self.documents:
                message = f"Nothing reads this file. {suggest(path.name, FILES)}"
                self.problems.append(Problem(name, 1, "unknown-file", message))

    def _about(self) -> GuideFile:
        document = self._open("guide.yaml")
        about = None
        if (self.landscape / FOLDER).is_dir():
            about = convert(document, (), GuideFile, document.data, self.problems)
        if about is not None:
            return about
        return GuideFile(title=_UNTITLED, intro=_NOTHING, as_of="1970")

    def _entries(self, kind: str, name: str, type_: type[E]) -> Iterator[tuple[str, E]]:
        document = self._open(name)
        for key, data in document.data.items():
            entry = convert(document, (key,), type_, data, self.problems)
            self.trails[kind, key] = (document, (key,))
            if entry is not None:
                yield key, entry

    # -- facts -------------------------------------------------------------------------------

    def _facts(self) -> None:
        document = self._open("profile.yaml")
        for key, data in document.data.items():
            entry = convert(document, (key,), FactEntry, data, self.problems)
            self.trails["fact", key] = (document, (key,))
            if entry is None:
                continue
            choices: Mapping[str, Choice] = {
                choice: Choice(given.label, given.note, given.implies)
                for choice, given in entry.choices.items()
            }
            needs_choices = entry.kind in (FactKind.CHOICE, FactKind.SEVERAL)
            if needs_choices != bool(choices):
                verb = "needs" if needs_choices else "has no"
                message = f"A fact of kind “{entry.kind.value}” {verb} choices."
                self.problems.append(document.problem((key,), "choices", message))
                continue
            self.facts[key] = Fact(
                id=key,
                kind=entry.kind,
                label=entry.label,
                question=entry.question,
                note=entry.note,
                choices=_YES_NO if entry.kind is FactKind.YES_NO else choices,
                says=entry.says,
                unit=entry.unit,
            )
        for key in list(self.facts):
            self._implications(document, key)

    def _implications(self, document: Document, key: str) -> None:
        for name, choice in self.facts[key].choices.items():
            for target, value in choice.implies.items():
                other = self.facts.get(target)
                message = ""
                if other is None or other.kind not in (FactKind.CHOICE, FactKind.YES_NO):
                    message = f"No fact “{target}” with one answer. {suggest(target, self.facts)}"
                elif self.facts[key].kind is FactKind.SEVERAL:
                    message = "Of several things, none can imply another fact; take it out."
                elif value not in other.choices:
                    message = f"“{target}” has no “{value}”. {suggest(value, other.choices)}"
                if message:
                    trail = (key, "choices", name, "implies", target)
                    self.problems.append(document.problem(trail, "unknown-fact", message))
                    del self.facts[key]
                    return

    # -- rules -------------------------------------------------------------------------------

    def _rule(self, document: Document, trail: Trail, entry: RuleEntry) -> Rule | None:
        """Return the typed rule, or None after naming what is wrong with it."""
        before = len(self.problems)
        rule = self._parse(document, trail, entry)
        return rule if len(self.problems) == before else None

    def _parse(self, document: Document, trail: Trail, entry: RuleEntry) -> Rule | None:
        given = {
            key: value
            for key in ("all", "any", "not", *OPERATORS)
            if (value := getattr(entry, _FIELDS[key])) is not None
        }
        if len(given) != 1:
            message = (
                "A rule says one thing: all, any, not, or a fact with one of "
                f"{', '.join(OPERATORS)}."
            )
            self._problem(document, trail, "unclear-rule", message)
            return None
        [(key, value)] = given.items()
        if key in OPERATORS:
            return self._comparison(document, trail, entry.fact, key, value)
        if entry.fact is not None:
            message = f"“fact” does not go with “{key}”. Put it into the rules below."
            self._problem(document, trail, "unclear-rule", message)
            return None
        if key == "not":
            inner = self._parse(document, (*trail, "not"), value)
            return Not(inner) if inner is not None else None
        if len(value) < 2:
            message = f"“{key}” joins at least two rules. Write a single rule by itself."
            self._problem(document, trail, "unclear-rule", message)
            return None
        parsed = [self._parse(document, (*trail, key, i), one) for i, one in enumerate(value)]
        rules = tuple(one for one in parsed if one is not None)
        return All(rules) if key == "all" else AnyOf(rules)

    def _comparison(
        self, document: Document, trail: Trail, name: str | None, operator: str, value: Any
    ) -> Rule | None:
        fact = self.facts.get(name or "")
        if name is None or fact is None:
            message = f"A rule asks a fact of profile.yaml. {suggest(name or '', self.facts)}"
            self._problem(document, (*trail, "fact"), "unknown-fact", message)
            return None
        kinds = OPERATORS[operator].kinds
        if fact.kind not in kinds:
            fitting = [key for key, one in OPERATORS.items() if fact.kind in one.kinds]
            message = (
                f"“{name}” is a {fact.kind.value} and cannot be compared with “{operator}”. "
                f"Use {' or '.join(fitting)}."
            )
            self._problem(document, (*trail, operator), "wrong-operator", message)
            return None
        if kinds == (FactKind.NUMBER,):
            return Comparison(name, operator, bound=value)
        values = tuple(value) if OPERATORS[operator].is_list else (value,)
        for one in values:
            if one not in fact.choices:
                message = f"“{name}” has no “{one}”. {suggest(one, fact.choices)}"
                self._problem(document, (*trail, operator), "unknown-choice", message)
        says_nothing = fact.kind is not FactKind.SEVERAL and set(values) == set(fact.choices)
        if not values or says_nothing:
            message = f"This compares “{name}” with {'all' if values else 'none'} of its choices."
            self._problem(document, (*trail, operator), "empty-rule", message)
        return Comparison(name, operator, values)

    def _problem(self, document: Document, trail: Trail, code: str, message: str) -> None:
        self.problems.append(document.problem(trail, code, message.strip()))

    def _conditions(
        self, document: Document, trail: Trail, entries: Iterable[ConditionEntry]
    ) -> tuple[Condition, ...]:
        conditions = []
        for i, entry in enumerate(entries):
            here = (*trail, "conditions", i)
            rule = self._rule(document, here, entry)
            if rule is None:
                continue
            source = self._source(document, here, entry.source, entry.span)
            origin = f"{document.name}:{document.line(here)}"
            conditions.append(Condition(rule, origin, entry.says, source))
        return tuple(conditions)

    # -- sources, amounts, bodies ------------------------------------------------------------

    def _source(
        self, document: Document, trail: Trail, key: str | None, span: str | None
    ) -> Source | None:
        if key is None:
            return None
        source = self.sources.get(key)
        if source is None:
            message = f"There is no source “{key}”. {suggest(key, self.sources)}"
            self._problem(document, trail, "unknown-source", message)
            return None
        return msgspec.structs.replace(source, span=span) if span is not None else source

    def _sources(
        self, document: Document, trail: Trail, entries: Iterable[str | CiteEntry]
    ) -> tuple[Source, ...]:
        cited = []
        for i, entry in enumerate(entries):
            here = (*trail, "sources", i)
            if isinstance(entry, CiteEntry):
                found = self._source(document, here, entry.source, entry.span)
            else:
                found = self._source(document, here, entry, None)
            if found is not None:
                cited.append(found)
        return tuple(cited)

    def _amounts(
        self, document: Document, trail: Trail, entries: Iterable[AmountEntry], as_of: str
    ) -> tuple[Amount, ...]:
        amounts = []
        for i, entry in enumerate(entries):
            here = (*trail, i)
            given = [(q, v) for q in _QUALIFIERS if (v := getattr(entry, q)) is not None]
            if len(given) != 1:
                message = "Give one of exactly, at-least, at-most and about."
                self._problem(document, here, "unclear-amount", message)
                continue
            when = None
            if entry.when is not None:
                when = self._rule(document, (*here, "when"), entry.when)
                if when is None:
                    continue
            [(qualifier, value)] = given
            amounts.append(
                Amount(
                    what=entry.what,
                    value=value,
                    qualifier=qualifier.replace("_", "-"),
                    unit=entry.unit,
                    as_of=entry.as_of or as_of,
                    when=when,
                    source=self._source(document, here, entry.source, entry.span),
                )
            )
        return tuple(amounts)

    def _body(self, document: Document, trail: Trail, key: str) -> Body | None:
        body = self.bodies.get(key)
        if body is None:
            message = f"There is no body “{key}” in bodies.yaml. {suggest(key, self.bodies)}"
            self._problem(document, (*trail, "body"), "unknown-body", message)
        return body

    @staticmethod
    def _legal(entries: Iterable[LegalEntry]) -> tuple[Legal, ...]:
        return tuple(Legal(entry.title, entry.url) for entry in entries)

    # -- records -----------------------------------------------------------------------------

    def _measures(self) -> Iterator[tuple[str, Measure]]:
        for path in sorted((self.landscape / FOLDER / "measures").glob("*.y*ml")):
            document = self._open(f"measures/{path.name}")
            self.trails["measure", path.stem] = (document, ())
            entry = convert(document, (), MeasureEntry, document.data, self.problems)
            if entry is None:
                continue
            body = self._body(document, (), entry.body)
            measure_body = body or Body(entry.body, entry.name, "", None)
            yield (
                path.stem,
                Measure(
                    id=path.stem,
                    origin=f"{document.name}:1",
                    name=entry.name,
                    summary=entry.summary,
                    text=entry.text,
                    kind=entry.kind,
                    level=entry.level,
                    award=entry.award,
                    body=measure_body,
                    how=entry.how,
                    conditions=self._conditions(document, (), entry.conditions),
                    gives=self._amounts(document, ("gives",), entry.gives, entry.as_of),
                    is_amount_confirmed=not entry.amount_not_confirmed,
                    beyond=tuple(entry.beyond),
                    legal_basis=self._legal(entry.legal_basis),
                    caution=entry.caution,
                    sources=self._sources(document, (), entry.sources),
                    as_of=entry.as_of,
                ),
            )

    def _steps(self) -> Iterator[tuple[str, Step]]:
        for key, entry in self._entries("step", "steps.yaml", StepEntry):
            document, trail = self.trails["step", key]
            body = self._body(document, trail, entry.body) if entry.body is not None else None
            yield (
                key,
                Step(
                    id=key,
                    origin=f"{document.name}:{document.line(trail)}",
                    title=entry.title,
                    what=entry.what,
                    who=entry.who,
                    body=body,
                    after=tuple(entry.after),
                    takes=self._amounts(document, (*trail, "takes"), entry.takes, entry.as_of),
                    costs=self._amounts(document, (*trail, "costs"), entry.costs, entry.as_of),
                    conditions=self._conditions(document, trail, entry.conditions),
                    sources=self._sources(document, trail, entry.sources),
                    as_of=entry.as_of,
                ),
            )

    def _in_order(self, steps: dict[str, Step]) -> tuple[Step, ...]:
        """Return steps so that each comes after those it waits for, else as in the file."""
        ordered: dict[str, Step] = {}
        for step in steps.values():
            document, trail = self.trails["step", step.id]
            for key in step.after:
                if key not in steps:
                    message = f"There is no step “{key}”. {suggest(key, steps)}"
                    self._problem(document, (*trail, "after"), "unknown-step", message)
        while len(ordered) < len(steps):
            ready = [
                step
                for step in steps.values()
                if step.id not in ordered
                and all(key in ordered or key not in steps for key in step.after)
            ]
            if not ready:
                stuck = next(step for step in steps.values() if step.id not in ordered)
                document, trail = self.trails["step", stuck.id]
                message = f"“{stuck.id}” waits for a step that waits for it. Take one `after` out."
                self._problem(document, (*trail, "after"), "step-cycle", message)
                ready = [stuck]
            ordered[ready[0].id] = ready[0]
        return tuple(ordered.values())

    def _tax(self, measures: Mapping[str, Measure]) -> Iterator[Section]:
        for key, entry in self._entries("section", "tax.yaml", SectionEntry):
            document, trail = self.trails["section", key]
            for name in entry.measures:
                if name not in measures:
                    message = f"There is no measure “{name}”. {suggest(name, measures)}"
                    self._problem(document, (*trail, "measures"), "unknown-measure", message)
            yield Section(
                id=key,
                origin=f"{document.name}:{document.line(trail)}",
                title=entry.title,
                summary=entry.summary,
                text=tuple(entry.text),
                figures=self._amounts(document, (*trail, "figures"), entry.figures, entry.as_of),
                measures=tuple(entry.measures),
                sources=self._sources(document, trail, entry.sources),
                as_of=entry.as_of,
            )

    def _paths(self) -> Iterator[RegulatoryPath]:
        for key, entry in self._entries("path", "paths.yaml", PathEntry):
            document, trail = self.trails["path", key]
            stages = tuple(
                stage
                for i, one in enumerate(entry.stages)
                if (stage := self._stage(document, (*trail, "stages", i), one, entry.as_of))
            )
            yield RegulatoryPath(
                id=key,
                origin=f"{document.name}:{document.line(trail)}",
                title=entry.title,
                summary=entry.summary,
                conditions=self._conditions(document, trail, entry.conditions),
                stages=stages,
                legal_basis=self._legal(entry.legal_basis),
                sources=self._sources(document, trail, entry.sources),
                as_of=entry.as_of,
            )

    def _stage(
        self, document: Document, trail: Trail, entry: StageEntry, as_of: str
    ) -> Stage | None:
        body = self._body(document, trail, entry.body)
        if body is None:
            return None
        return Stage(
            title=entry.title,
            what=entry.what,
            body=body,
            takes=self._amounts(document, (*trail, "takes"), entry.takes, as_of),
            costs=self._amounts(document, (*trail, "costs"), entry.costs, as_of),
            sources=self._sources(document, trail, entry.sources),
        )


def rules_of(guide: Guide) -> Iterator[tuple[str, Rule]]:
    """Yield every rule of a guide with the file and line of its record."""
    records: tuple[Measure | Step | RegulatoryPath, ...] = (
        *guide.measures.values(),
        *guide.steps,
        *guide.paths,
    )
    for record in records:
        for condition in record.conditions:
            yield condition.origin, condition.rule
    for origin, amount in amounts_of(guide):
        if amount.when is not None:
            yield origin, amount.when


def amounts_of(guide: Guide) -> Iterator[tuple[str, Amount]]:
    """Yield every amount of a guide with the file and line of its record."""
    for measure in guide.measures.values():
        yield from ((measure.origin, amount) for amount in measure.gives)
    for step in guide.steps:
        yield from ((step.origin, amount) for amount in (*step.takes, *step.costs))
    for section in guide.tax:
        yield from ((section.origin, amount) for amount in section.figures)
    for path in guide.paths:
        for stage in path.stages:
            yield from ((path.origin, amount) for amount in (*stage.takes, *stage.costs))


def facts_used(guide: Guide) -> set[str]:
    """Return the ids of the facts that some rule asks for."""
    return {comparison.fact for _, rule in rules_of(guide) for comparison in comparisons(rule)}


_FIELDS: Final = {
    "all": "all_",
    "any": "any_",
    "not": "not_",
    "is": "is_",
    "in": "in_",
    "has": "has_",
    **{key: key.replace("-", "_") for key in OPERATORS if key not in ("is", "in", "has")},
}
_UNTITLED: Final = Full(en="Guide", nl="Gids", fr="Guide", de="Leitfaden")
_NOTHING: Final = Paragraph(
    en="This landscape has no guide.",
    nl="Dit landschap heeft geen gids.",
    fr="Ce paysage n’a pas de guide.",
    de="Diese Landschaft hat keinen Leitfaden.",
)
