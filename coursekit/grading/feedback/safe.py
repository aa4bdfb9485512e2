"""What a student's notebook shows, made harmless: it runs nothing, loads nothing, covers nothing.

HTML keeps its words, tables, emphasis, and the pictures that it holds whole; scripts, styles, forms and
frames go. No id and no name stays: the page's own links would lead to a cell that pretends to be a
verdict. Feedback uses this; so does formgrader, by the class's nbgrader_config.py: a script would run
there with the instructor's rights.
"""

from __future__ import annotations

import functools
import html
import re
import time
from collections.abc import Callable
from typing import Any

import bleach
from bleach.css_sanitizer import CSSSanitizer

MOST_HTML = 200_000  # characters, and
MOST_TAGS = 5_000  # tags that are read; more is shown as text
PATIENCE = 20.0  # seconds of processor time for one notebook
MOST_TEXT = 100_000  # characters of a text or a cell that are shown

_TEXT = "a abbr b br code del em i img ins kbd mark q s small span strong sub sup u var"
_BLOCKS = "blockquote details div dl dt dd h1 h2 h3 h4 h5 h6 hr li ol p pre summary ul"
_TABLE = "caption table tbody td tfoot th thead tr"
_PLAIN = {"alt", "title", "colspan", "rowspan", "scope", "lang", "dir", "start", "open", "style"}
HELD = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]*")
_LINK = re.compile(r"(https?://|mailto:).*", re.DOTALL | re.IGNORECASE)
_SIZE = re.compile(r"\d{1,4}")
_SYNTAX = re.compile(r"highlight|[a-z][a-z0-9]{0,2}")  # the classes that colour code
ASIDE = "\ue000"  # begins what stands for a formula while the text around it is cleaned
_SILENT = re.compile(r"<(script|style|template)\b", re.IGNORECASE)


def _may_stay(tag: str, name: str, value: str) -> bool:
    if ASIDE in value:
        return False
    if tag == "img" and name in ("src", "width", "height"):
        return bool((HELD if name == "src" else _SIZE).fullmatch(value))
    if tag == "a" and name == "href":
        return bool(_LINK.fullmatch(value))
    if name == "class":
        return tag in ("span", "div") and bool(_SYNTAX.fullmatch(value.strip()))
    return name in _PLAIN


def _cleaner(allowed: Any, properties: str) -> bleach.Cleaner:
    css = CSSSanitizer(allowed_css_properties=properties.split())
    tags, protocols = f"{_TEXT} {_BLOCKS} {_TABLE}".split(), ["http", "https", "mailto", "data"]
    return bleach.Cleaner(tags, allowed, protocols, strip=True, css_sanitizer=css)


_student = _cleaner(_may_stay, "text-align")
# A check cell's output is the grader's own panel: it keeps its look, which nobody else can give a text.
_panel = _cleaner(
    lambda tag, name, value: name == "role" or _may_stay(tag, name, value),
    "background border-left display gap margin min-width padding white-space",
)


class Patience:
    """Seconds that reading one notebook may take, so that nested nonsense holds up nobody else's."""

    left = PATIENCE


Read = Callable[..., str]


def or_as_text(most: int) -> Callable[[Read], Read]:
    """Give the text itself where it has more characters than this, or breaks or holds up its reader."""

    def careful(read: Read) -> Read:
        @functools.wraps(read)
        def made(text: str, *more: Any) -> str:
            started = time.process_time()
            try:
                if len(text) <= most and text.count("<") <= MOST_TAGS and Patience.left > 0:
                    return read(text, *more)
            except Exception:  # whatever a parser makes of nonsense
                pass
            finally:
                Patience.left -= time.process_time() - started
            return f"<pre>{html.escape(cut(text))}</pre>"

        return made

    return careful


def cleaned(text: str, panel: bool = False) -> str:
    """The same, whatever it takes. Raises what a parser raises."""
    return str((_panel if panel else _student).clean(_without_silent(text)))


@or_as_text(MOST_HTML)
def clean(text: str, panel: bool = False) -> str:
    """HTML without what could do anything. panel: it is a verdict's, and keeps its styles"""
    return cleaned(text, panel)


def cut(text: str) -> str:
    """The first MOST_TEXT characters."""
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}\n(There is more than is shown.)\n"


def _without_silent(text: str) -> str:
    """Without scripts and styles and what is in them, which would be left as text."""
    kept, at = [], 0
    while opened := _SILENT.search(text, at):
        closed = re.compile(f"</{opened[1]}\\b[^>]*>", re.IGNORECASE).search(text, opened.end())
        if closed is None:
            break
        kept.append(text[at : opened.start()])
        at = closed.end()
    return "".join([*kept, text[at:]])
