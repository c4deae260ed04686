"""Bars as SVG that stands in a page: no script, no style and no address of its own, with a title and a description."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from xml.etree.ElementTree import Element, tostring

import pygal
from markupsafe import Markup
from wcwidth import wcswidth

from returnctl.output.page.blocks import Chart, plain
from returnctl.output.report import Bar

# pygal hooks itself into every later import, for its maps and in a way that Python gave up.
sys.meta_path[:] = [each for each in sys.meta_path if type(each).__module__ != "pygal"]

# As a phone is wide: on a larger screen it grows a little, and its words stay readable on both.
_WIDTH, _ROW, _AROUND = 400, 34, 16
_LABEL, _FONT = 26, 13
# Bars leave room for the words behind them.
_ROOM = 1.7
_SEPARATOR = "; "
# What pygal draws for its scripts.
_FOR_SCRIPTS = frozenset({"titles", "plot overlay", "plot tooltip-overlay"})


def chart(id: str, title: str, bars: Sequence[Bar]) -> Chart:  # noqa: A002
    """The first bar on top; `id` is unlike that of any other chart of the page."""
    tree: Element = _drawn(bars).render_tree()
    _tidied(tree)
    tree.attrib.pop("id", None)
    tree.attrib.update({"class": "chart", "role": "img", "aria-labelledby": f"{id}-title {id}-desc"})
    for tag, text in (("desc", _SEPARATOR.join(f"{plain(x.label)}: {x.text}" for x in bars)), ("title", plain(title))):
        told = Element(tag, {"id": f"{id}-{tag}"})
        told.text = text
        tree.insert(0, told)
    return Chart(title, Markup(tostring(tree, encoding="unicode")))  # noqa: S704 - ElementTree escaped it


def _drawn(bars: Sequence[Bar]) -> pygal.HorizontalBar:
    labels = [_short(plain(each.label)) for each in reversed(bars)]
    drawn = pygal.HorizontalBar(
        width=_WIDTH, height=_ROW * len(bars) + _AROUND, margin=4, margin_left=4 + _beyond(labels), spacing=6, js=[],
        css=[], no_prefix=True, disable_xml_declaration=True, show_legend=False, show_x_labels=False,
        show_x_guides=False, show_y_guides=False, print_values=True, print_values_position="top",
        range=(0, _ROOM * max(each.value for each in bars) or 1),
        style=pygal.style.Style(label_font_size=_FONT, value_font_size=_FONT, major_label_font_size=_FONT),
    )  # fmt: skip
    drawn.x_labels = labels
    drawn.add("", [_value(each) for each in reversed(bars)])
    return drawn


def _short(label: str) -> str:
    """In so many columns as `_LABEL`."""
    if wcswidth(label) <= _LABEL:
        return label
    while wcswidth(label) >= _LABEL:
        label = label[:-1]
    return label + "…"


def _beyond(labels: Sequence[str]) -> int:
    """What wide characters take beyond the room that pygal gives them."""
    return max(max(0, wcswidth(each) - len(each)) for each in labels) * _FONT // 2


def _value(bar: Bar) -> dict[str, object]:
    return {"value": bar.value, "formatter": lambda _: bar.text}


def _tidied(element: Element) -> None:
    """Without what only scripts and mice can use, and without words that nobody should read out."""
    for child in list(element):
        kind = child.get("class", "")
        if callable(child.tag) or child.tag in ("defs", "title", "desc") or kind in _FOR_SCRIPTS:
            element.remove(child)
        else:
            _tidied(child)
