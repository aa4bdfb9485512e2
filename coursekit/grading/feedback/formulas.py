"""Formulas as MathML, which browsers draw themselves."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from functools import lru_cache

MOST = 2000  # characters
_TAGS = """
    math menclose mfrac mi mn mo mover mpadded mroot mrow mspace msqrt mstyle msub msubsup msup mtable mtd
    mtext mtr munder munderover
"""
_ATTRIBUTES = """
    accent align columnalign columnlines columnspacing display displaystyle fence form largeop
    linethickness lspace mathcolor mathvariant maxsize minsize movablelimits notation rowlines rowspacing
    rspace scriptlevel separator stretchy symmetric width
"""
_VALUE = re.compile(r"[\w#.% ]{0,40}")  # no sign: nothing is moved backwards


@lru_cache(maxsize=4000)
def mathml(tex: str, display: bool) -> str:
    """A formula as MathML; "" where it cannot be read, or holds more than mathematics, as a link."""
    from latex2mathml.converter import convert

    if len(tex) > MOST:
        return ""
    try:
        made = convert(tex, display="block" if display else "inline")
        tree = ET.fromstring(made.replace(' xmlns="http://www.w3.org/1998/Math/MathML"', "", 1))
    except Exception:  # what the converter does with nonsense is its own affair
        return ""
    tags, attributes = _TAGS.split(), _ATTRIBUTES.split()
    for element in tree.iter():
        if element.tag not in tags:
            return ""
        for name, value in [*element.attrib.items()]:
            if name not in attributes or not _VALUE.fullmatch(value):
                del element.attrib[name]
    return ET.tostring(tree, encoding="unicode")
