"""Who is who: the id of a student, by whatever name a download, a folder or a roster knows them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from coursekit.grading.layout import Classroom

MOST = 64  # characters of an id
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # no file name on Windows


@dataclass(frozen=True)
class Person:
    """A student of the gradebook."""

    id: str
    first: str = ""
    last: str = ""
    email: str = ""
    lms: str = ""

    def names(self) -> Iterable[str]:
        """All that they may be called by."""
        yield from (self.id, self.email, self.email.split("@")[0], self.lms)
        if self.first and self.last:
            yield from (f"{self.first}{self.last}", f"{self.last}{self.first}")


class People:
    """The students known so far; a name that fits two of them is no name of either.

    folders: ids that were given before to students whom no roster knows
    """

    def __init__(self, persons: Iterable[Person], folders: Iterable[str] = ()) -> None:
        self.ids = {person.id for person in persons}
        self._names: dict[str, str | None] = {}
        for person in persons:
            for name in {plain(one) for one in person.names()} - {""}:
                self._names[name] = person.id if self._names.get(name, person.id) == person.id else None
        self._exact = {one.casefold(): one for one in (*folders, *self.ids)}

    def find(self, *names: str) -> str | None:
        """The id of the one known by the first of these names that anybody has."""
        for name in names:
            found = self._exact.get(student_id(name).casefold()) or self._names.get(plain(name))
            if found:
                return found
        return None


def people_of(classroom: Classroom) -> People:
    """The students that the gradebook knows, and those who have handed in before."""
    rows = classroom.database.rows("student", "id", "first_name", "last_name", "email", "lms_user_id")
    persons = [Person(*(value or "" for value in row)) for row in rows]
    folders = classroom.submitted.iterdir() if classroom.submitted.is_dir() else ()
    return People(persons, [path.name for path in folders if path.is_dir() and path.name[0] != "."])


def plain(name: str) -> str:
    """A name without what differs between systems: case, accents, spaces, punctuation."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(one for one in letters if one.isalnum())


def student_id(name: str) -> str:
    """The id for a name: the same each time, safe as a folder's name everywhere; "" where nothing is left.

    Spaces become _; a name that loses more gets a few letters of its hash, so that no two become one.
    """
    name = unicodedata.normalize("NFC", name).strip(" \t\r\n,;")
    spaced = re.sub(r"[\s,;]+", "_", name.replace("’", "'"))
    kept = re.sub(r"[^\w.@'-]", "", spaced).lstrip(".-").rstrip(".")
    if not kept:
        return ""
    if kept != spaced or len(kept) > MOST or _RESERVED.fullmatch(kept):
        kept = "_" * bool(_RESERVED.fullmatch(kept)) + kept
        kept = f"{kept[: MOST - 7]}-{hashlib.sha256(name.encode(errors='surrogatepass')).hexdigest()[:6]}"
    return kept
