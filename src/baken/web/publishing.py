"""The site as files that any web host serves, from any folder of it.

Every public page becomes a file in each language, with its JSON form beside it. Links become
relative and lead to files; what needs the service (a need answered by meaning, two filters at once)
leads to the live site where its address is known, and otherwise stays as words that lead nowhere.
The box still works: a script compares words in the browser, and the page says that it does only
that.
"""

from __future__ import annotations

import gc
import html
import multiprocessing
import os
import posixpath
import re
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import msgspec
from msgspec import Struct

from baken.config import Settings
from baken.errors import PublishError
from baken.model import LANGUAGES
from baken.text import words
from baken.text.speech import SOURCE_LANGUAGE
from baken.workspace import Workspace

from .cards import Cards
from .discovery import code_of
from .inset import picture
from .page import Page, Query, localised
from .pages import PAGES
from .pages.organisation import OrganisationPage
from .pages.place import PlacePage
from .site import Site

MARK: Final = "baken-publication.json"
"""The file by which a folder is known to be a publication, and may be replaced."""

_LINKS: Final = re.compile(r'\s(href|src|action|data-[a-z-]+)="(/[^"]*)"')
_ANCHORS: Final = re.compile(r'\s(?:href|src)="([^"]*)"|\sid="([^"]*)"')
_FORMS: Final = sorted({"json", *(e for p in PAGES if p.published is not None for e in p.forms)})
_ENDING: Final = re.compile(rf"\.({'|'.join(_FORMS)})$")
"""By which a link asks for another form of a page."""

_SUGGESTING: Final = re.compile(r'\sdata-suggest="[^"]*"')
_CARD: Final = re.compile(
    r'(<meta property="og:image" content="[^"]*?)/organisations/[^"/]+(/card\.png")'
)
"""The picture of one organisation beside links to its page; of few sites it is worth its time."""

_PICTURES: Final = ("/qr.svg", "/map.svg", "/card.png")
"""Endings of what lies beside a page in a folder of its name."""

_CHUNK: Final = 64
"""Pages that a process makes before it reports and takes more."""

_LONGEST_WORDS: Final = 400
"""Words of an organisation's offers that the search in the browser knows."""


class Publication(Struct, frozen=True):
    """What was published.

    Attributes:
        pages: HTML files.
        files: all files.
        size: of all files, in bytes.
        unlinked: links that lead nowhere in the publication, or to the live site.
        broken: a sentence for each link that should lead to a file or anchor and does not.
    """

    pages: int
    files: int
    size: int
    unlinked: int
    broken: tuple[str, ...]


class _Order(Struct, frozen=True):
    """What a process that makes pages is told."""

    settings: Settings
    staging: Path
    live: str | None
    with_pictures: bool


class _Address(Struct, frozen=True):
    """One page to be made: its place in `PAGES`, the parts of its path, at most one parameter."""

    page: int
    path: tuple[tuple[str, str], ...]
    parameter: tuple[str, str] | None
    language: str


def publish(
    settings: Settings,
    directory: Path,
    *,
    live: str | None = None,
    processes: int | None = None,
    with_pictures: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> Publication:
    """Write the site of a landscape into a folder, whole or not at all.

    Args:
        settings: which landscape.
        directory: the folder; an earlier publication there is replaced when this one is complete.
        live: address of the served site, for what files cannot do; the setting `url` when None.
        processes: how many make pages; as many as there are processors when None.
        with_pictures: whether each organisation has a picture of its own to stand beside links to
            it, a fifteenth of a second each in each language; else the site's own stands there.
        progress: called with the number of pages made so far.

    Raises:
        PublishError: the folder holds something else, or cannot be written.
    """
    directory, live = directory.absolute(), live or settings.url
    if directory.exists() and any(directory.iterdir()) and not (directory / MARK).exists():
        raise PublishError(
            f"{directory} holds something that is no publication of Baken. Name another folder, "
            "or empty it."
        )
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    except OSError as error:
        raise PublishError(f"{directory} cannot be written: {error.strerror}.") from error
    try:
        order = _Order(settings, staging, live.rstrip("/") if live else None, with_pictures)
        pages, unlinked, broken = _write_all(order, processes, progress)
        (staging / MARK).write_text(f'{{"pages": {pages}}}\n')
        staging.chmod(0o755)
        sizes = _sizes(staging)
        _replace(directory, staging)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    return Publication(pages, len(sizes), sum(sizes.values()), unlinked, tuple(broken))


def _sizes(directory: Path) -> dict[str, int]:
    """Return the size of every file in a folder, by its path from there."""
    sizes: dict[str, int] = {}
    todo = [("", str(directory))]
    while todo:
        start, folder = todo.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    todo.append((f"{start}{entry.name}/", entry.path))
                else:
                    sizes[f"{start}{entry.name}"] = entry.stat().st_size
    return sizes


class _Page(Struct, frozen=True):
    """What the links of a page are checked by.

    Attributes:
        name: of its file.
        anchors: the ids in it.
        links: where it leads, each once, as written.
    """

    name: str
    anchors: frozenset[str]
    links: tuple[str, ...]


def broken_links(directory: Path) -> list[str]:
    """Return a sentence for each link of a publication that leads to no file or anchor of it."""
    files = _sizes(directory)
    names = sorted(file for file in files if file.endswith(".html"))
    return _broken(files, _look(directory, names))


def _look(directory: Path, names: Iterable[str]) -> list[_Page]:
    """Read some pages as they were written."""
    return [_looked_at(name, (directory / name).read_text(encoding="utf-8")) for name in names]


def _looked_at(name: str, text: str) -> _Page:
    """Return what the links of a page are checked by."""
    found = _ANCHORS.findall(text)
    anchors = frozenset(anchor for _, anchor in found if anchor)
    links = dict.fromkeys(link for link, anchor in found if not anchor)
    own = (link for link in links if not link.startswith("#") or link[1:] not in anchors)
    return _Page(name, anchors, tuple(own))


def _broken(files: Collection[str], pages: Sequence[_Page]) -> list[str]:
    """Return a sentence for each link that leads to no file or anchor."""
    anchors = {page.name: page.anchors for page in pages}
    # The same link from the same folder leads to the same place: each is looked up once.
    linking: dict[tuple[str, str], str] = {}
    for page in pages:
        folder = page.name.rpartition("/")[0]
        for link in page.links:
            is_far = bool(link) and not link.startswith("#")
            linking.setdefault((folder if is_far else page.name, link), page.name)
    said = []
    for (folder, link), name in linking.items():
        parts = urlsplit(html.unescape(link))
        if parts.scheme or parts.netloc:
            continue
        target = posixpath.normpath(f"{folder}/{parts.path}") if parts.path else name
        target = target.lstrip("/")
        if target not in files:
            said.append(f"{name} links to {link}, which is not there.")
        # `#at=51.05,3.72,11` is a view of the map, which its script reads: no anchor.
        elif (
            "=" not in parts.fragment
            and parts.fragment
            and parts.fragment not in anchors.get(target, {parts.fragment})
        ):
            said.append(f"{name} links to {link}, but {target} has no such anchor.")
    return said


# -- which pages -----------------------------------------------------------------------------


def _known_addresses(workspace: Workspace) -> Iterator[_Address]:
    """Yield the pages there are without following links: the fixed ones and one for each id."""
    landscape = workspace.landscape
    ids: dict[str, Iterable[str]] = {
        "organisations": list(workspace.names()),
        "themes": landscape.themes,
        "places": landscape.places,
    }
    for number, page in enumerate(PAGES):
        if page.published is None:
            continue
        paths: Iterable[tuple[tuple[str, str], ...]] = ((),)
        if "{" in page.path:
            paths = ((("id", one),) for one in ids.get(page.path.split("/")[1], ()))
        for path in paths:
            # One after the other, since most of what is worked out for one serves the others.
            for language in LANGUAGES:
                yield _Address(number, path, None, language)


def _order_of(address: _Address) -> tuple[object, ...]:
    return (address.page, address.path, address.parameter or (), address.language)


def _target(href: str) -> _Address | None:
    """Return the page that a link of the site leads to, or None when no file stands for it."""
    parts = urlsplit(html.unescape(href))
    path = _ENDING.sub("", parts.path)
    language = SOURCE_LANGUAGE
    first, _, rest = path.removeprefix("/").partition("/")
    if first in LANGUAGES:
        language, path = first, f"/{rest}"
    path = "/" if path == "/index" else path
    given = parse_qsl(parts.query)
    parts_given = path.strip("/").split("/")
    for number, page, pattern in _PATTERNS.get(len(parts_given), ()):
        variables = _match(pattern, parts_given)
        if variables is not None:
            if page.published is None or len(given) > 1:
                return None
            if given and given[0][0] not in page.published:
                return None
            return _Address(number, variables, given[0] if given else None, language)
    return None


def _patterns() -> dict[int, list[tuple[int, Page, list[str]]]]:
    found: dict[int, list[tuple[int, Page, list[str]]]] = {}
    for number, page in enumerate(PAGES):
        pattern = page.path.strip("/").split("/")
        found.setdefault(len(pattern), []).append((number, page, pattern))
    return found


_PATTERNS: Final = _patterns()
"""The pages with their numbers and the parts of their paths, by how many parts these have."""


def _match(pattern: Sequence[str], given: Sequence[str]) -> tuple[tuple[str, str], ...] | None:
    """Return the variable parts of a path that is one of a page's, else None."""
    variables = []
    for expected, part in zip(pattern, given, strict=True):
        if expected.startswith("{"):
            variables.append((expected[1:].partition(":")[0], part))
        elif expected != part:
            return None
    return tuple(variables)


def _file(address: _Address) -> str:
    """Return the file of a page, relative to the publication, without its ending."""
    path = localised(_path(address), address.language).strip("/")
    if address.parameter is not None:
        path = "/".join((path, *address.parameter))
    return f"{path}/index".lstrip("/") if path in ("", *LANGUAGES) else path


def _path(address: _Address) -> str:
    """Return the path of a page as in English."""
    path = PAGES[address.page].path
    for name, value in address.path:
        path = path.replace(f"{{{name}:str}}", value)
    return path


# -- making them -----------------------------------------------------------------------------


def _write_all(
    order: _Order, processes: int | None, progress: Callable[[int], None]
) -> tuple[int, int, list[str]]:
    """Write everything; return how many pages, how many links lead out of it, which are broken."""
    # Forked processes would share the parent's database connections and threads.
    context = multiprocessing.get_context("spawn")
    count, is_loaded = processes or os.cpu_count() or 1, context.Event()
    with ProcessPoolExecutor(
        count, mp_context=context, initializer=_start, initargs=(order, is_loaded)
    ) as pool:
        try:
            # They start, which takes a second, while the store is loaded and indexed here.
            waiting = [pool.submit(_make, ()) for _ in range(count)]
            with Workspace.open(order.settings) as workspace:  # loads and indexes what has changed
                known = list(_known_addresses(workspace))
                is_loaded.set()
                site = Site(workspace)
                _write_beside(site, order.staging)
        finally:
            is_loaded.set()  # nobody waits for what failed
        for one in waiting:
            one.result()
        pages, unlinked = _write_pages(pool, known, progress)
    pages.sort(key=lambda page: page.name)
    return len(pages), unlinked, _broken(_sizes(order.staging), pages)


def _write_pages(
    pool: Executor, known: Sequence[_Address], progress: Callable[[int], None]
) -> tuple[list[_Page], int]:
    """Write the pages and all that they lead to; return them, and how many links lead out."""
    made, pages, unlinked = set(known), list[_Page](), 0
    frontier = list(known)
    while frontier:
        chunks = [frontier[i : i + _CHUNK] for i in range(0, len(frontier), _CHUNK)]
        found: set[_Address] = set()
        for targets, missing, looked in pool.map(_make, chunks):
            found |= targets
            unlinked += missing
            pages += looked
            progress(len(pages))
        frontier = sorted(found - made, key=_order_of)
        made |= found
    return pages, unlinked


class _Press:
    """Makes pages in one process."""

    def __init__(self, order: _Order) -> None:
        self.site = Site(Workspace.open(order.settings, is_still=True))
        self.staging = str(order.staging)
        self.live = order.live
        self.cards = Cards(self.site.workspace) if order.with_pictures else None
        self.files: dict[str, tuple[_Address | None, str | None]] = {}
        self.found: set[_Address] = set()
        self.pages: list[_Page] = []
        self.unlinked = 0

    def make(self, address: _Address) -> None:
        """Write one page and its JSON form."""
        page = PAGES[address.page]
        parameters = {address.parameter[0]: [address.parameter[1]]} if address.parameter else {}
        say = self.site.speeches[address.language]
        query = Query(_path(address), dict(address.path), parameters, say)
        file = _file(address)
        if page.depends_on == "visitor":
            text = self.site.renderer.published_find(query)
        else:
            context = self.site.context(page, query)
            text = self.site.html(page, context, query)
            self.write(f"{file}.json", msgspec.json.encode(context))
            for ending, form in page.forms.items():
                self.write(f"{file}.{ending}", form.render(self.site.workspace, query, context))
            self.draw(context, query, file)
        text = self.relative(text, file)
        self.write(f"{file}.html", text.encode())
        self.pages.append(_looked_at(f"{file}.html", text))

    def draw(self, context: Struct, query: Query, file: str) -> None:
        """Write the pictures that belong to a page, as far as there are such."""
        if not isinstance(context, OrganisationPage | PlacePage):
            return
        if context.inset is not None and self.site.drawing is not None:
            drawn = picture(self.site.drawing, context.inset, query.language)
            self.write(f"{file}/map.svg", drawn.encode())
        if isinstance(context, OrganisationPage):
            if context.public_address is not None:
                self.write(f"{file}/qr.svg", code_of(context.public_address))
            if self.cards is not None:
                self.write(f"{file}/card.png", self.cards.card(query, context.record.id))

    def write(self, name: str, content: bytes) -> None:
        _write(f"{self.staging}/{name}", content)

    def relative(self, text: str, file: str) -> str:
        """Return a page with links that lead from its file to other files."""
        up = "../" * file.count("/")

        def replaced(link: re.Match[str]) -> str:
            name, href = link[1], link[2]
            target = self.file_of(href)
            if target is not None:
                return f' {name}="{up}{target}"'
            self.unlinked += 1
            if self.live is not None:
                return f' {name}="{self.live}{href}"'
            return "" if name == "href" else link[0]

        text = _LINKS.sub(replaced, text)
        if self.cards is None:
            text = _CARD.sub(r"\1\2", text)
        return _SUGGESTING.sub("", text) if "data-suggest" in text else text

    def file_of(self, href: str) -> str | None:
        """Return the file that a link leads to, or None."""
        known = self.files.get(href)
        if known is None:
            known = self.files[href] = _address_and_file(href)
        address, file = known
        if address is not None:
            self.found.add(address)
        return file


def _address_and_file(href: str) -> tuple[_Address | None, str | None]:
    """Return the page and the file that a link leads to, as far as there are such."""
    path, _, anchor = href.partition("#")
    if path.startswith(("/static/", "/words-")) or path.endswith(_PICTURES):
        return None, path[1:]
    address = _target(path)
    if address is None:
        return None, None
    form = _ENDING.search(urlsplit(path).path)
    ending = form[1] if form else "html"
    return address, f"{_file(address)}.{ending}" + (f"#{anchor}" if anchor else "")


_press: _Press | None = None
"""Of this process, which `_start` gives it: a pool has no other way to hand it on."""


def _start(order: _Order, is_loaded: Event) -> None:
    global _press
    is_loaded.wait()
    _press = _Press(order)
    # What is loaded stays: looking through it for garbage again and again finds none.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _make(addresses: Sequence[_Address]) -> tuple[set[_Address], int, list[_Page]]:
    """Write some pages.

    Returns:
        The pages that they lead to, how many links lead nowhere, and what is to be checked of them.
    """
    assert _press is not None
    _press.found, _press.unlinked, _press.pages = set(), 0, []
    for address in addresses:
        _press.make(address)
    return _press.found, _press.unlinked, _press.pages


# -- what is beside the pages ----------------------------------------------------------------


def _write(path: str, content: bytes) -> None:
    """Write a file, and the folder that it is in."""
    try:
        file = open(path, "wb")  # noqa: PTH123, SIM115  # a tenth of the time of `Path`'s
    except FileNotFoundError:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        file = Path(path).open("wb")  # noqa: SIM115
    with file:
        file.write(content)


def _write_beside(site: Site, staging: Path) -> None:
    """Write what is there once, or once in each language."""
    _write_assets(site, staging)
    cards = Cards(site.workspace)
    for language, say in site.speeches.items():
        _write_words(site, staging, language)
        _write(
            f"{staging}{localised('/card.png', language)}",
            cards.card(Query("/", {}, {}, say), None),
        )


def _write_assets(site: Site, staging: Path) -> None:
    folder = staging / "static" / site.assets.version
    folder.mkdir(parents=True)
    for name, content in site.assets.contents.items():
        (folder / name).write_bytes(content)
    (staging / "favicon.ico").write_bytes(site.assets.contents["favicon.svg"])


class _Entry(Struct, frozen=True):
    """An organisation, as the search in the browser knows it; `words` by weight."""

    name: str
    href: str
    detail: str
    words: tuple[str, str, str]


def _write_words(site: Site, staging: Path, language: str) -> None:
    """Write what the search in the browser compares the visitor's words with."""
    landscape = site.workspace.landscape
    vocabulary = landscape.vocabulary
    entries = []
    for one in site.workspace.organisations():
        places = [landscape.places[p] for p in (one.place_id, one.province_id) if p]
        themes = [landscape.themes[t] for t in one.theme_ids if t in landscape.themes]
        terms = [*themes, *places, vocabulary.kinds[one.kind]]
        terms += [vocabulary.roles[role] for role in one.roles]
        labels = [label for term in terms for label in term.label.values()]
        synonyms = [s for theme in themes for many in theme.synonyms.values() for s in many]
        said = [s.value for s in one.summaries]
        said += [text for o in one.offers for text in o.value.wordings(o.language).values()]
        names = [n.value for n in (*one.names, *one.acronyms, *one.aliases)]
        where = dict.fromkeys(place.text(language) for place in places)
        entries.append(
            _Entry(
                name=one.name(language),
                href=localised(f"/organisations/{one.id}.html", language)[1:],
                detail=" · ".join((vocabulary.kinds[one.kind].text(language), ", ".join(where))),
                words=(_folded(names), _folded((*labels, *synonyms)), _folded(said)),
            )
        )
    content = msgspec.json.encode(entries)
    (staging / f"words-{language}.json").write_bytes(content)


def _folded(texts: Iterable[str]) -> str:
    """Return the different words of some texts, in small letters without accents."""
    different = dict.fromkeys(word.folded for text in texts for word in words(text))
    return " ".join(list(different)[:_LONGEST_WORDS])


def _replace(directory: Path, staging: Path) -> None:
    """Put a complete publication in the place of an earlier one."""
    if directory.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
        directory.rename(old / "old")
        staging.rename(directory)
        shutil.rmtree(old)
    else:
        staging.rename(directory)
