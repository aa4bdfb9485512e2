"""Markdown as harmless HTML, formulas drawn."""

from __future__ import annotations

import functools
import html
import re
from typing import Any

from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from coursekit.grading.feedback.formulas import mathml
from coursekit.grading.feedback.safe import ASIDE, cleaned, or_as_text

MOST = 50_000  # characters that are read; more is shown as text
_END = "\ue001"
_FORMULA = re.compile(f"{ASIDE}(\\d+){_END}")


class _Renderer(IPythonRenderer):
    """nbconvert's, but formulas are kept aside."""

    def __init__(self, attachments: dict[str, Any]) -> None:
        super().__init__(escape=False, exclude_anchor_links=True, attachments=attachments)
        self.formulas: list[str] = []

    def _keep(self, written: str, tex: str, display: bool) -> str:
        self.formulas.append(mathml(tex, display) or html.escape(written))
        return f"{ASIDE}{len(self.formulas) - 1}{_END}"

    def inline_math(self, body: str) -> str:
        return self._keep(f"${body}$", body, False)

    def block_math(self, body: str) -> str:
        return self._keep(f"$${body}$$", body, True)

    def latex_environment(self, name: str, body: str) -> str:
        tex = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        return self._keep(tex, tex, True)

    def block_mermaidjs(self, code: str) -> str:
        return f"<pre>{html.escape(code)}</pre>"

    def _embed_image_or_attachment(self, src: str) -> str:
        missing = src.startswith("attachment:") and src.removeprefix("attachment:") not in self.attachments
        return "" if missing else str(super()._embed_image_or_attachment(src))


@or_as_text(MOST)
def markdown(source: str, attachments: dict[str, Any] | None = None) -> str:
    """Markdown as clean HTML, its formulas as MathML, which needs neither a script nor the network."""
    return _rendered(source, attachments) if attachments else _known(source)


def _rendered(source: str, attachments: dict[str, Any]) -> str:
    renderer = _Renderer(attachments)
    made = MarkdownWithMath(renderer=renderer).render(re.sub(f"[{ASIDE}{_END}]", "", source))
    kept = renderer.formulas
    return _FORMULA.sub(lambda at: kept[int(at[1])] if int(at[1]) < len(kept) else "", cleaned(made))


@functools.lru_cache(maxsize=1000)  # a lesson's own cells are the same in every notebook
def _known(source: str) -> str:
    return _rendered(source, {})


@pass_context
def markdown2html(context: Any, source: str) -> str:
    """In place of nbconvert's filter of this name."""
    cell = context.get("cell", {})
    return markdown(source, cell.get("attachments") if cell.get("cell_type") == "markdown" else None)
