"""The site as files that any web host serves, from any folder of it.

Every public page becomes a file in each language, with its JSON form beside it. Links become
relative and lead to files; what needs the service (a need answered by meaning, two filters at once)
leads to the live site where its address is known, and otherwise stays as words that lead nowhere;
whole lists of such words are left out.
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
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import lru_cache, partial
from itertools import chain, islice
from multiprocessing.synchronize import Event
from pathlib import Path
from queue import SimpleQueue
from threading import Semaphore
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import msgspec
from msgspec import Struct, structs

from baken.config import Settings
from baken.errors import PublishError
from baken.model import LANGUAGES
from baken.text import words
from baken.text.speech import SOURCE_LANGUAGE
from baken.workspace import Workspace

from .cards import Cards
from .inset import picture
from .matrix import code_of
from .page import Page, Query, localised
from .pages import PAGES
from .pages.organisation import OrganisationPage
from .pages.place import PlacePage
from .site import Site

MARK: Final = "baken-publication.json"
"""The file by which a folder is known to be a publication, and may be replaced."""

_ATTRIBUTES: Final = re.compile(r'( (?:(?:action|data-[a-z-]+)="/|(?:href|id|src)=")[^"]*")')
"""What leads to another page, or may be led to. A blank in front is found in half the time of any
white space; should a template write another, the check of links finds what is left.
"""
_ANCHORS: Final = re.compile(r'\s(?:href|src)="([^"]*)"|\sid="([^"]*)"')
_FORMS: Final = sorted({"json", *(e for p in PAGES if p.published is not None for e in p.forms)})
_ENDING: Final = re.compile(rf"\.({'|'.join(_FORMS)})$")
"""By which a link asks for another form of a page."""

_ONWARDS: Final = "after"
"""The parameter that leads on in a list: the only one that may stand beside another."""

_LEADS_ON: Final = re.compile(rf"\?\w+=[^&]*&amp;{_ONWARDS}=[^&]*$")

_QUESTION: Final = re.compile(r"/(?:(\w\w)/)?find\?(q=[^&]*)$")
"""A need in a link, which the page that compares words in the browser reads from its address."""

_UNUSUAL: Final = re.compile(r"[:&?]|^//")
"""What is in a link that is more than a path and an anchor."""

_SUGGESTING: Final = re.compile(r'\sdata-suggest="[^"]*"')
_CARD: Final = re.compile(
    r'(<meta property="og:image" content="[^"]*?)/organisations/[^"/]+(/card\.png")'
)
"""The picture of one organisation beside links to its page; of few sites it is worth its time."""

_PICTURES: Final = ("/qr.svg", "/map.svg", "/card.png")
"""Endings of what lies beside a page in a folder of its name."""

_NEW_FILE: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)

_CHUNK: Final = 64
"""Pages that a process makes before it reports and takes more."""

_AHEAD: Final = 2
"""Chunks that each helper is given at a time, so that it need not wait for the next."""

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
    """One page to be made: its place in `PAGES`, the parts of its path, the parameters."""

    page: int
    path: tuple[tuple[str, str], ...]
    parameters: tuple[tuple[str, str], ...]
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
        made = _write_all(order, processes, progress)
        staging.chmod(0o755)
        _replace(directory, staging)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    return made


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
    return _Page(name, anchors, _leaving(links, anchors))


def _leaving(links: Iterable[str], anchors: Collection[str]) -> tuple[str, ...]:
    """Return the links of a page that do not lead to an anchor of its own."""
    return tuple(link for link in links if not link.startswith("#") or link[1:] not in anchors)


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
        path, fragment = _parts(link)
        if path is None:
            continue
        target = posixpath.normpath(f"{folder}/{path}") if path else name
        target = target.lstrip("/")
        if target not in files:
            said.append(f"{name} links to {link}, which is not there.")
        # `#at=51.05,3.72,11` is a view of the map, which its script reads: no anchor.
        elif "=" not in fragment and fragment and fragment not in anchors.get(target, {fragment}):
            said.append(f"{name} links to {link}, but {target} has no such anchor.")
    return said


def _parts(link: str) -> tuple[str | None, str]:
    """Return the path and the anchor that a link leads to; no path where it leads elsewhere."""
    if not _UNUSUAL.search(link):  # as nearly all are: a quarter of the time
        path, _, fragment = link.partition("#")
        return path, fragment
    parts = urlsplit(html.unescape(link))
    return None if parts.scheme or parts.netloc else parts.path, parts.fragment


_Made = tuple[frozenset["_Address"], int, list[_Page]]
"""What comes of making some pages.

The pages that they lead to, as far as the same process has not said so before; how many links lead
nowhere; and what their links are checked by.
"""


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
                yield _Address(number, path, (), language)


def _order_of(address: _Address) -> tuple[object, ...]:
    return (address.page, address.path, address.parameters, address.language)


def _leads_on(address: _Address) -> bool:
    """Whether it is a page of a list, and so may be the only one that leads to the next."""
    return _ONWARDS in (PAGES[address.page].published or ())


def _target(href: str) -> _Address | None:
    """Return the page that a link of the site leads to, or None when no file stands for it."""
    language, rest = SOURCE_LANGUAGE, href
    first, slash, after = href[1:].partition("/")
    if slash and first in LANGUAGES:
        language, rest = first, f"/{after}"
    elif href[1:] in LANGUAGES:
        language, rest = href[1:], "/"
    known = _resolved(rest)
    return known and structs.replace(known, language=language)


@lru_cache(None)
def _resolved(href: str) -> _Address | None:
    """Return the page that a link leads to, in English; of other languages it is the same."""
    parts = urlsplit(html.unescape(href))
    path = _ENDING.sub("", parts.path)
    if path.strip("/") in LANGUAGES:
        return _target(path)
    path = "/" if path == "/index" else path
    given = parse_qsl(parts.query)
    parts_given = path.strip("/").split("/")
    for number, page, pattern in _PATTERNS.get(len(parts_given), ()):
        variables = _match(pattern, parts_given)
        if variables is not None:
            names = [name for name, _ in given]
            if page.published is None or not set(names) <= {*page.published}:
                return None
            if len(names) > 1 and (len(names) > 2 or names[0] == _ONWARDS or names[1] != _ONWARDS):
                return None
            return _Address(number, variables, tuple(given), SOURCE_LANGUAGE)
    return None


def _patterns() -> dict[int, list[tuple[int, Page, list[str]]]]:
    found: dict[int, list[tuple[int, Page, list[str]]]] = {}
    for number, page in enumerate(PAGES):
        pattern = page.path.strip("/").split("/")
        found.setdefault(len(pattern), []).append((number, page, pattern))
    return found


_FIND: Final = next(n for n, page in enumerate(PAGES) if page.path == "/find")
"""The page that answers a need: of files, the one that compares words in the browser."""

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
    for parameter in address.parameters:
        path = "/".join((path, *parameter))
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
) -> Publication:
    """Write everything, and look where its links lead."""
    # Forked processes would share the parent's database connections and threads.
    context = multiprocessing.get_context("spawn")
    count, is_loaded = processes or os.cpu_count() or 1, context.Event()
    helpers = count - 1  # this process makes pages, too
    with ExitStack() as stack:
        pool = None
        if helpers:
            pool = stack.enter_context(
                ProcessPoolExecutor(
                    helpers, mp_context=context, initializer=_start, initargs=(order, is_loaded)
                )
            )
            # They start, which takes half a second, while the store is loaded and indexed here.
            for _ in range(helpers):
                pool.submit(_make, ())
        try:  # loads and indexes what has changed
            workspace = stack.enter_context(Workspace.open(order.settings, is_still=True))
        finally:
            is_loaded.set()  # nobody waits for what failed
        press = _Press(order, workspace)
        known = list(_known_addresses(workspace))
        stack.enter_context(_settled())
        pages, unlinked = _Shop(press, pool, helpers, progress).write(known)
        if pool is not None:
            pool.shutdown(wait=False)  # they end while what they made is looked at
        pages.sort(key=lambda page: page.name)
        (order.staging / MARK).write_text(f'{{"pages": {len(pages)}}}\n')
        files = _sizes(order.staging)
        broken = _broken(files, pages)
        return Publication(len(pages), len(files), sum(files.values()), unlinked, tuple(broken))


class _Shop:
    """Has all pages made, here and by the helpers."""

    def __init__(
        self,
        press: _Press,
        pool: Executor | None,
        helpers: int,
        progress: Callable[[int], None],
    ) -> None:
        self.press = press
        self.pool = pool
        self.helpers = helpers
        self.progress = progress
        self.pages: list[_Page] = []
        self.known: set[_Address] = set()
        self.found: set[_Address] = set()
        self.unlinked = 0
        self.chunks: deque[Sequence[_Address]] = deque()
        self.left = 0

    def write(self, known: Sequence[_Address]) -> tuple[list[_Page], int]:
        """Write the pages and all that they lead to; return them, and how many links lead out."""
        self.known.update(known)
        self.write_these(known, partial(_write_beside, self.press.site, Path(self.press.staging)))
        while frontier := sorted(self.found - self.known, key=_order_of):
            self.known |= self.found
            self.write_these(frontier)
        return self.pages, self.unlinked

    def write_these(
        self, addresses: Sequence[_Address], first: Callable[[], None] = lambda: None
    ) -> None:
        """Write some pages; this process does something else first."""
        self.chunks.extend(addresses[i : i + _CHUNK] for i in range(0, len(addresses), _CHUNK))
        self.left = len(self.chunks)
        made = SimpleQueue[Future[_Made]]()
        room = Semaphore(_AHEAD * self.helpers)

        def take_chunk() -> Sequence[_Address]:
            try:
                return self.chunks.popleft()
            except IndexError:  # asking first would be no use: others take, too
                return ()

        def give() -> None:
            while self.pool is not None and room.acquire(blocking=False):
                if not (chunk := take_chunk()):
                    room.release()
                    return
                self.pool.submit(_make, chunk).add_done_callback(receive)

        def receive(result: Future[_Made]) -> None:
            made.put(result)
            room.release()
            give()  # at once: whoever made it does not wait until what is made here is done

        try:
            give()
            first()
            while self.left:
                if made.empty() and (chunk := take_chunk()):
                    self.take(self.press.make_all(chunk))
                else:
                    self.take(made.get().result())
                give()
                self.left -= 1
        finally:
            self.chunks.clear()  # nobody makes pages for one that has stopped

    def take(self, made: _Made) -> None:
        found, unlinked, pages = made
        # Lists at once: each page says only where the next one is.
        onwards = {a for a in found - self.known if _leads_on(a)}
        if onwards:
            self.known |= onwards
            self.chunks.appendleft(sorted(onwards, key=_order_of))
            self.left += 1
        self.found |= found
        self.unlinked += unlinked
        self.pages += pages
        self.progress(len(self.pages))


class _Press:
    """Makes pages in one process."""

    def __init__(self, order: _Order, workspace: Workspace) -> None:
        self.site = Site(workspace, is_served=order.live is not None)
        self.staging = str(order.staging)
        self.live = order.live
        self.cards = Cards(self.site.workspace) if order.with_pictures else None
        self.tables: dict[str, _Table] = {}
        self.checked: dict[str, set[str]] = {}
        self.found: set[_Address] = set()
        self.pages: list[_Page] = []
        self.unlinked = 0

    def make_all(self, addresses: Sequence[_Address]) -> _Made:
        """Write some pages."""
        self.found.clear()
        self.unlinked, self.pages = 0, []
        for address in addresses:
            self.make(address)
        return frozenset(self.found), self.unlinked, self.pages

    def make(self, address: _Address) -> None:
        """Write one page and its JSON form."""
        page = PAGES[address.page]
        parameters = {name: [value] for name, value in address.parameters}
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
        self.write(f"{file}.html", self.relative(text, file).encode())

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
        """Return a page with links that lead from its file to other files; note what it holds."""
        up = "../" * file.count("/")
        table = self.tables.get(up)
        if table is None:
            table = self.tables[up] = _Table(up, self.live, self.found)
        # Every other piece is an attribute; looking it up is the same for each page of a folder.
        pieces = _ATTRIBUTES.split(text)
        written = pieces[1::2]
        attributes = [table[one] for one in written]
        pieces[1::2] = [one.text for one in attributes]
        self.unlinked += sum([one.leads_out for one in attributes])
        different = [table[one] for one in set(written)]
        anchors = {one.anchor for one in different if one.anchor is not None}
        links = [one.link for one in different if one.link is not None]
        # What was checked from this folder before leads to the same place now.
        checked = self.checked.setdefault(file.rpartition("/")[0], set())
        leaving = [link for link in _leaving(links, anchors) if link not in checked]
        checked.update(link for link in leaving if not link.startswith("#"))
        self.pages.append(_Page(f"{file}.html", frozenset(anchors), tuple(leaving)))
        text = "".join(pieces)
        if self.cards is None:
            text = _CARD.sub(r"\1\2", text)
        return _SUGGESTING.sub("", text) if "data-suggest" in text else text


class _Attribute(Struct, frozen=True):
    """An attribute of a page that may lead somewhere, or be led to.

    Attributes:
        text: as it is published.
        anchor: what it is led to by, if it is.
        link: where it leads, as is to be checked.
        leads_out: whether it leads nowhere in the publication, though it does on the site.
    """

    text: str
    anchor: str | None = None
    link: str | None = None
    leads_out: bool = False


class _Table(dict[str, _Attribute]):
    """What becomes of attributes in the pages that are equally deep in folders."""

    def __init__(self, up: str, live: str | None, found: set[_Address]) -> None:
        """Make a table.

        Args:
            up: from where the pages are to the folder of all.
            live: address of the served site, if there is one.
            found: gets each page that something leads to when it is first read.
        """
        super().__init__()
        self._up, self._live, self._found = up, live, found

    def __missing__(self, text: str) -> _Attribute:
        known = self[text] = self._read(text)
        return known

    def _read(self, text: str) -> _Attribute:
        name, _, value = text[1:-1].partition('="')
        if name == "id":
            return _Attribute(text, anchor=value)
        is_checked = name in ("href", "src")
        if not value.startswith("/"):
            return _Attribute(text, link=value if is_checked else None)
        address, file = _address_and_file(value)
        if name == "action" and address is not None and address.page != _FIND:
            address = file = None  # what a form asks takes the service
        if self._live is None and (question := _QUESTION.match(value)):
            find = _Address(_FIND, (), (), question[1] or SOURCE_LANGUAGE)
            file = f"{_file(find)}.html?{question[2]}"
        if address is not None:
            self._found.add(address)
        if file is not None:
            link = f"{self._up}{file}"
            published = f'{text[0]}{name}="{link}"'
            return _Attribute(published, link=link if is_checked else None)
        if self._live is not None:
            link = f"{self._live}{value}"
            published = f'{text[0]}{name}="{link}"'
            return _Attribute(published, link=link if is_checked else None, leads_out=True)
        return _Attribute("" if name == "href" else text, leads_out=True)


def _address_and_file(href: str) -> tuple[_Address | None, str | None]:
    """Return the page and the file that a link leads to, as far as there are such."""
    path, _, anchor = href.partition("#")
    if path.startswith(("/static/", "/words-")) or path.endswith(_PICTURES):
        return None, path[1:]
    if "&amp;" in path and not _LEADS_ON.search(path):  # half of all links there are
        return None, None
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
    _press = _Press(order, Workspace.open(order.settings, is_still=True))
    _settle()


def _make(addresses: Sequence[_Address]) -> _Made:
    """Write some pages in a helper."""
    assert _press is not None
    return _press.make_all(addresses)


def _settle() -> None:
    """Leave alone what is loaded: it stays, and looking through it again and again finds none."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@contextmanager
def _settled() -> Iterator[None]:
    """Settle until the end of what is done here, in a process that goes on afterwards."""
    usual = gc.get_threshold()
    _settle()
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


# -- what is beside the pages ----------------------------------------------------------------


def _write(path: str, content: bytes) -> None:
    """Write a file, and the folder that it is in."""
    try:
        file = os.open(path, _NEW_FILE, 0o666)  # half the time of `open`, for 15,000 files
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120  # likewise
        file = os.open(path, _NEW_FILE, 0o666)
    try:
        while content:
            content = content[os.write(file, content) :]
    finally:
        os.close(file)


def _write_beside(site: Site, staging: Path) -> None:
    """Write what is there once, or once in each language."""
    _write_assets(site, staging)
    _write_words(site, staging)
    cards = Cards(site.workspace)
    for language, say in site.speeches.items():
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


def _write_words(site: Site, staging: Path) -> None:
    """Write what the search in the browser compares the visitor's words with."""
    landscape = site.workspace.landscape
    vocabulary = landscape.vocabulary
    # What many have in common is read once.
    named: dict[int, tuple[str, ...]] = {}
    like: dict[str, tuple[str, ...]] = {}
    entries: dict[str, list[_Entry]] = {language: [] for language in site.speeches}
    for one in site.workspace.organisations():
        kind = vocabulary.kinds[one.kind]
        places = [landscape.places[p] for p in (one.place_id, one.province_id) if p]
        themes = [landscape.themes[t] for t in one.theme_ids if t in landscape.themes]
        terms = [*themes, *places, kind, *(vocabulary.roles[role] for role in one.roles)]
        for term in terms:
            if id(term) not in named:
                named[id(term)] = _words_of(*term.label.values())
        for theme in themes:
            if theme.id not in like:
                like[theme.id] = _words_of(*chain(*theme.synonyms.values()))
        said = [s.value for s in one.summaries]
        said += [text for o in one.offers for text in o.value.wordings(o.language).values()]
        names = [n.value for n in (*one.names, *one.acronyms, *one.aliases)]
        # Whatever language somebody writes in, all that is said of it may be meant.
        known = (
            _joined(_words_of(*names)),
            _joined(chain(*(named[id(t)] for t in terms), *(like[t.id] for t in themes))),
            _joined(_words_of(*said)),
        )
        for language, found in entries.items():
            where = dict.fromkeys(place.text(language) for place in places)
            found.append(
                _Entry(
                    name=one.name(language),
                    href=localised(f"/organisations/{one.id}.html", language)[1:],
                    detail=" · ".join((kind.text(language), ", ".join(where))),
                    words=known,
                )
            )
    for language, found in entries.items():
        (staging / f"words-{language}.json").write_bytes(msgspec.json.encode(found))


def _words_of(*texts: str) -> tuple[str, ...]:
    """Return the words of some texts, in small letters without accents."""
    return tuple(word.folded for text in texts for word in words(text))


def _joined(found: Iterable[str]) -> str:
    return " ".join(islice(dict.fromkeys(found), _LONGEST_WORDS))


def _replace(directory: Path, staging: Path) -> None:
    """Put a complete publication in the place of an earlier one."""
    if directory.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
        directory.rename(old / "old")
        staging.rename(directory)
        shutil.rmtree(old)
    else:
        staging.rename(directory)
