"""`coursekit roster`: who is in the class, from a CSV file into nbgrader's gradebook, where collect looks."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from coursekit import console
from coursekit.errors import CannotDo
from coursekit.grading.collect.people import Person, plain, student_id
from coursekit.grading.layout import Classroom

# A column's meaning by its heading, as `plain` spells it: our own names, Canvas', Moodle's, Spanish.
HEADINGS = {
    "id": ("id", "studentid", "student", "username", "user", "login", "usuario", "idnumber"),
    "first": ("firstname", "first", "givenname", "nombre"),
    "last": ("lastname", "last", "surname", "familyname", "apellidos", "apellido"),
    "name": ("name", "fullname", "studentname", "nombrecompleto"),
    "email": ("email", "emailaddress", "mail", "correo", "correoelectronico", "direcciondecorreo"),
    "lms": ("lmsid", "lmsuserid", "canvasid", "canvasuserid", "moodleid", "userid"),
}
CANVAS = {"sisloginid": "id", "student": "name", "id": "lms"}  # its gradebook's headings mean something else
LATER = ("extension", "deadline", "duedate", "extratime", "deadlineextension", "timeextension")


def roster(classroom: Classroom, file: Path) -> dict[str, Any]:
    """Put the students of `file` into the gradebook; nobody is taken out. Returns all, and who is new.

    Needs a heading line and a column of ids, or of e-mails. Raises CannotDo, naming the line, before
    anything is written.
    """
    persons = read_roster(file)
    with classroom.gradebook() as book:
        known = {student.id for student in book.students}
        for person in persons:
            told = {"first_name": person.first, "last_name": person.last, "email": person.email}
            told |= {"lms_user_id": person.lms}
            book.update_or_create_student(person.id, **{key: value for key, value in told.items() if value})
    new = [person.id for person in persons if person.id not in known]
    console.say(f"{file}: {len(persons)} students, {len(new)} of them new.")
    return {"file": str(file), "students": [person.id for person in persons], "new": new}


def read_roster(file: Path) -> list[Person]:
    """The students in a CSV file, in its order. Raises CannotDo for what is unclear."""
    content = _text(file)
    separator = max(",;\t", key=content.split("\n")[0].count)
    rows = csv.reader(io.StringIO(content), delimiter=separator)
    headings = [plain(heading) for heading in next(rows, [])]
    columns = _columns(headings)
    later = [heading for heading in headings if heading in LATER]
    if later:
        raise CannotDo(
            f"{file} has a column {later[0]!r}: extensions are not here yet. The rest is taken in without it."
        )
    if not {"id", "email"} & set(columns):
        raise CannotDo(f"{file} needs a first line with headings, one of them `id` or `email`.")
    found = [
        _person(
            file,
            number,
            {meaning: row[place].strip() for meaning, place in columns.items() if place < len(row)},
        )
        for number, row in enumerate(rows, 2)
        if any(value.strip() for value in row) and not _is_canvas_extra(row)
    ]
    _must_differ(file, found)
    return found


def _columns(headings: list[str]) -> dict[str, int]:
    """What is meant -> the place of its column."""
    if "sisloginid" in headings:
        found = {
            meaning: headings.index(heading) for heading, meaning in CANVAS.items() if heading in headings
        }
    else:
        found = {}
        for meaning, names in HEADINGS.items():
            places = [headings.index(name) for name in names if name in headings]
            if places:
                found[meaning] = places[0]
    return found


def _is_canvas_extra(row: list[str]) -> bool:
    return row[0].strip() in ("Points Possible", "Student, Test")


def _person(file: Path, line: int, told: dict[str, str]) -> Person:
    given = told.get("id") or told.get("email", "").split("@")[0]
    if not given or student_id(given) != given:
        say = f"the id {given!r} cannot be a folder's name" if given else "there is no id"
        raise CannotDo(f"{file}, line {line}: {say}; use letters, digits and . _ - @.")
    first, last = told.get("first", ""), told.get("last", "")
    if not (first or last) and told.get("name"):
        name = told["name"]
        last, _, first = name.partition(",") if "," in name else name.rpartition(" ")[::-1]
    return Person(given, first.strip(), last.strip(), told.get("email", ""), told.get("lms", ""))


def _must_differ(file: Path, persons: list[Person]) -> None:
    seen: dict[str, str] = {}
    for person in persons:
        if person.id.casefold() in seen:
            raise CannotDo(f"{file}: the id {person.id!r} is there twice, but for upper and lower case.")
        seen[person.id.casefold()] = person.id


def _text(file: Path) -> str:
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise CannotDo(f"There is no file {file}.") from None
    except IsADirectoryError:
        raise CannotDo(f"{file} is a folder; a CSV file is wanted.") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")  # what spreadsheets write on Windows
