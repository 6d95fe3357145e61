"""Everything Baken raises on purpose.

    BakenError                 a sentence for the person, never a traceback
    ├── LandscapeError         a landscape folder that cannot be read at all
    ├── StoreError             the store cannot be opened, read or written
    │   └── SchemaError        the store was made by another version of Baken
    ├── NotFoundError          no organisation, theme or place of that id
    ├── NeedError              a need that cannot be answered, and why
    ├── PublishError           a folder that the site cannot be written into, or a broken link in it
    ├── GuideError             a profile that makes no sense, or a measure there is not
    ├── VisitError             a visit that cannot be planned as asked
    ├── LinkError              a registry, an index or a file of texts that cannot be used
    ├── DeskError              the desk cannot do what was asked, and why
    │   ├── TransitionError    an enquiry's state does not allow it, or not to this person
    │   │   └── OvertakenError somebody else was faster, and what they did should be read first
    │   ├── LinkRefusedError   a signed link that is forged, worn out, used or for something else
    │   ├── ConsentError       nobody agreed to this, or not to this much
    │   ├── TooOftenError      the same again and again within a short time
    │   └── SealError          personal data that no key given opens
    └── SettingError           a setting with a value that makes no sense

Every message says what is wrong, where, and what to do. Callers may show ``str(error)`` as it is,
or have it said in another language: the sentences are kept apart from the values in them.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable


class Sayer(Protocol):
    """Says sentences in one language, as `baken.text.speech.Speech` does."""

    @property
    def language(self) -> str:
        """ISO 639-1 code."""

    def __call__(self, text: str, /, **values: object) -> str:
        """Return a sentence with its values; English where the language has none for it."""


@runtime_checkable
class Spoken(Protocol):
    """A value in a sentence that reads differently in every language; ``str`` is its English."""

    def text(self, language: str) -> str:
        """Return how it reads."""


class BakenError(Exception):
    """Base of everything raised on purpose; its message is a sentence for the person.

    Attributes:
        sentences: of the message, in English; ``%(name)s`` stands for the value of that name.
        values: what stands in them.
    """

    def __init__(self, *sentences: str, **values: object) -> None:
        super().__init__(" ".join(s % values if values else s for s in sentences))
        self.sentences = sentences
        self.values = values

    def said(self, say: Sayer) -> str:
        """Return the message in another language; a sentence it has no words for stays English."""
        values = {
            name: value.text(say.language) if isinstance(value, Spoken) else value
            for name, value in self.values.items()
        }
        return " ".join(say(sentence, **values) for sentence in self.sentences)


class LandscapeError(BakenError):
    """A landscape folder cannot be read at all (single mistakes are `landscape.Problem`s)."""


class StoreError(BakenError):
    """The store cannot be opened, read or written."""


class SchemaError(StoreError):
    """The store was made by another version of Baken."""


class NotFoundError(BakenError):
    """There is no organisation, theme or place of that id."""


class NeedError(BakenError):
    """A need cannot be answered; the message says why and what to do."""


class GuideError(BakenError):
    """A profile contradicts itself or names what there is not; or there is no such measure."""


class VisitError(BakenError):
    """A visit cannot be planned as asked; the message says why and what to do."""


class LinkError(BakenError):
    """A registry, a linker's index or a file of texts cannot be used."""


class PublishError(BakenError):
    """The site cannot be published into a folder."""


class DeskError(BakenError):
    """The desk cannot do what was asked; the message says why, without personal data."""


class TransitionError(DeskError):
    """An enquiry's state does not allow this event, or not to this person."""


class OvertakenError(TransitionError):
    """Something has happened to an enquiry since whoever acts on it has read it."""


class LinkRefusedError(DeskError):
    """A signed link is forged, worn out, used already or for something else."""


class ConsentError(DeskError):
    """Nobody agreed to this, or not to this much."""


class TooOftenError(DeskError):
    """Somebody asked the same too often within a short time.

    Attributes:
        retry_after_s: seconds after which asking again is of use.
    """

    def __init__(self, *sentences: str, retry_after_s: int, **values: object) -> None:
        super().__init__(*sentences, **values)
        self.retry_after_s = retry_after_s


class SealError(DeskError):
    """Personal data cannot be opened with the keys given."""


class SettingError(BakenError):
    """A setting has a value that makes no sense."""
