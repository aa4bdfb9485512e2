"""Names as the report shows them: those of the roster, or pseudonyms that stay the same.

Who is who lies in one file beside the gradebook that only its owner can read, so that an
instructor can look it up and a reader of the report cannot work it out.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable
from pathlib import Path

from coursekit.files import write_whole
from coursekit.grading.marks import Book

_HOW = """
amber bold brisk calm clear clever coral daring deft eager early fair fleet fond gentle glad golden grand
happy hardy honest humble ivory jolly keen kind late light lively loyal lucky lunar mellow merry mild modest
neat noble patient placid proud quick quiet rapid ready rosy royal sharp silver sleek smart solar steady
sunny sure swift tall tidy true vivid warm wise witty young
"""
_WHO = """
albatross alpaca badger bear beaver bison bittern buzzard camel caribou cheetah condor coyote crane curlew
deer dolphin dove dragonfly eagle egret falcon ferret finch flamingo fox gazelle gecko gibbon giraffe goose
hare hawk heron ibex ibis jackal jaguar kestrel kiwi koala lark lemur leopard lynx magpie marten mole moose
newt ocelot orca oriole osprey otter owl panda panther pelican penguin petrel puffin puma quail raven robin
seal sparrow stork swan tapir tern tiger toucan turtle vole walrus weasel wolf wombat wren yak zebra
"""


class Names:
    """What a student is called in the report. pseudonyms: id -> pseudonym, or None for real names."""

    def __init__(self, book: Book, pseudonyms: dict[str, str] | None = None) -> None:
        self.book, self.pseudonyms = book, pseudonyms

    def __call__(self, student: str) -> str:
        return self.book.person(student).name if self.pseudonyms is None else self.pseudonyms[student]

    def hidden(self, student: str, text: str) -> str:
        """`text` about a student, with what tells who they are replaced where names are."""
        known = self.pseudonyms
        if known is None:
            return text
        person = self.book.person(student)
        own = [person.email, person.name, person.id, person.first, person.last]
        for part in filter(None, own):
            # Between letters only, so that the name Li does not change the word list; _ may stand beside it.
            text = re.sub(
                rf"(?<![^\W_]){re.escape(part)}(?![^\W_])", self(student), text, flags=re.IGNORECASE
            )
        return re.sub(r"[\w.@+-]*\w", lambda word: known.get(word[0], word[0]), text)


def make_pseudonyms(path: Path, students: Iterable[str], rng: random.Random | None = None) -> dict[str, str]:
    """A pseudonym for every id: those that the file `path` knows, and new ones, which are added to it."""
    known: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    new = sorted(set(students) - set(known))
    if not new:
        return known
    rng = rng or random.SystemRandom()
    taken = set(known.values())
    rng.shuffle(new)  # the order of the ids says nothing about the pseudonyms
    for student in new:
        known[student] = _free(taken, rng)
        taken.add(known[student])
    write_whole(path, json.dumps(known, indent=1, ensure_ascii=False, sort_keys=True).encode(), mode=0o600)
    return known


def _free(taken: set[str], rng: random.Random) -> str:
    for number in range(1, 1_000_000):
        for _ in range(20):
            name = f"{rng.choice(_HOW.split()).capitalize()} {rng.choice(_WHO.split()).capitalize()}"
            name += f" {number}" if number > 1 else ""
            if name not in taken:
                return name
    raise AssertionError("more students than names")
