"""What templates can say; loaded everywhere, no {% load %} needed."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import nh3
from django import forms, template
from django.contrib.staticfiles import finders
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import conditional_escape, format_html, format_html_join, linebreaks
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from samskab.civic.foundation.core.actions import may as may_do
from samskab.civic.foundation.core.links import new_token
from samskab.civic.foundation.ui import pictures

register = template.Library()

# --- text --------------------------------------------------------------------------------------

_TAGS = {
    "p", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "a", "blockquote", "code", "pre",
    "br", "hr", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")


@register.filter
def markdown(text: str) -> SafeString:
    """Markdown as safe HTML; a heading of the first level becomes one of the second."""
    drawn = _parser().render(text or "").replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    clean = nh3.clean(drawn, tags=_TAGS, attributes={"a": {"href"}}, link_rel="noopener nofollow")
    return mark_safe(clean)  # noqa: S308 - cleaned by nh3 on the line above


@register.filter
def lines(text: Any) -> SafeString:
    """What a person typed, with its paragraphs and line breaks, and nothing run."""
    return mark_safe(linebreaks(str(text or "").strip(), autoescape=True))  # noqa: S308 - escaped


@register.simple_tag
def when(value: date | datetime | None, time: bool = False) -> str:
    """{% when meeting.at %}: a date for people and programs; `time=True` adds the hour."""
    if value is None:
        return ""
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    shape = "DATETIME_FORMAT" if time and isinstance(value, datetime) else "DATE_FORMAT"
    return format_html(
        '<time datetime="{}">{}</time>', value.isoformat(), formats.date_format(value, shape)
    )


@register.simple_tag(takes_context=True)
def narrowed(context: dict[str, Any], name: str, *args: Any) -> str:
    """{% narrowed "web:atom" "viden" as atom %}: an address that keeps the filters of this page."""
    query = context["request"].GET.copy()
    for key in ("after", "format"):
        query.pop(key, None)
    address = reverse(name, args=args)
    return f"{address}?{query.urlencode()}" if query else address


# --- who may, and once -------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def may(context: dict[str, Any], permission: str, obj: Any = None) -> bool:
    """{% may "challenges.screen" challenge as can_screen %}"""
    by = context.get("by") or context["request"].by
    return may_do(by, permission, obj)


@register.simple_tag
def once() -> str:
    """A new key for the hidden field `once`."""
    return new_token()


@register.inclusion_tag("ui/post_button.html", takes_context=True)
def post_button(
    context: dict[str, Any],
    url: str,
    label: str,
    kind: str = "secondary",
    seen: int | None = None,
    icon: str = "",
    about: str = "",
    **hidden: Any,
) -> dict[str, Any]:
    """A form of one button. `about` tells a screen reader what it acts on; any further
    keyword is sent along: {% post_button url label vote="agree" %}."""
    return {
        "url": url,
        "label": label,
        "kind": kind,
        "seen": seen,
        "icon": icon,
        "about": about,
        "hidden": hidden.items(),
        "once_key": new_token(),
    }


# --- pieces of pages ---------------------------------------------------------------------------

_PATH = re.compile(r"<svg[^>]*viewBox=\"([^\"]+)\"[^>]*>(.*)</svg>", re.DOTALL)


@lru_cache(maxsize=256)
def _drawing(name: str) -> tuple[str, str]:
    """View box and shapes of one DKFDS icon. Inline, so that an icon costs no request."""
    found = finders.find(f"dkfds/img/svg-icons/{name}.svg")
    match = _PATH.search(Path(str(found)).read_text(encoding="utf-8")) if found else None
    return (match.group(1), match.group(2)) if match else ("0 0 24 24", "")


@register.simple_tag
def icon(name: str, label: str = "", classes: str = "") -> str:
    """{% icon "search" %}: decoration; with a label it speaks: {% icon "lock" _("Closed") %}."""
    box, shapes = _drawing(name)
    spoken = format_html('role="img" aria-label="{}"', label) if label else 'aria-hidden="true"'
    return format_html(
        '<svg class="icon-svg{}" viewBox="{}" focusable="false" {}>{}</svg>',
        f" {classes}" if classes else "",
        box,
        mark_safe(spoken),  # noqa: S308 - built from escaped parts
        mark_safe(shapes),  # noqa: S308 - a file of the design system
    )


@register.simple_block_tag
def region(content: str, label: str) -> str:
    """{% region "Name" %}<table>…</table>{% endregion %}: scrolls sideways by keyboard too."""
    return render_to_string("ui/region.html", {"label": label, "content": content})


@register.simple_block_tag(takes_context=True)
def keep(context: dict[str, Any], content: str, name: str) -> str:
    """{% keep "page_title" %}…{% endkeep %}: shows it, and remembers it for further down."""
    context[name] = SafeString(content.strip())
    return content


@register.simple_tag
def picture_of(title: str) -> str:
    """{% picture_of page_title %}: the address of the picture that is shared with a page."""
    return f"/billede/{pictures.code_of(html.unescape(title))}.png"


_KINDS = {"author": "Person", "publisher": "Organization", "organizer": "Organization",
          "location": "Place", "isPartOf": "WebSite"}  # fmt: skip
_UNSAFE = str.maketrans({"<": "\\u003C", ">": "\\u003E", "&": "\\u0026"})


@register.simple_tag
def json_ld(kind: str, **facts: Any) -> SafeString:
    """{% json_ld "NewsArticle" headline=item.title author=wrote %}: the page for search engines,
    in schema.org's words. Data, which no browser runs; what is empty is left out."""
    found: dict[str, Any] = {"@context": "https://schema.org", "@type": kind}
    for name, value in facts.items():
        if value not in (None, "", []):
            shown = value if isinstance(value, list) else _said(value)
            inner = _KINDS.get(name)
            found[name] = {"@type": inner, "name": shown} if inner else shown
    text = json.dumps(found, ensure_ascii=False).translate(_UNSAFE)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 - escaped


def _said(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _trail(items: list[tuple[Any, Any]]) -> SafeString:
    places = [
        {"@type": "ListItem", "position": n, "name": str(label)} | ({"item": href} if href else {})
        for n, (label, href) in enumerate(items, 1)
    ]
    return json_ld("BreadcrumbList", itemListElement=places)


@register.simple_tag
def crumbs(*pairs: Any) -> str:
    """{% crumbs _("Challenges") list_url challenge.title "" %}: label, address, label, …"""
    items = list(zip(pairs[::2], pairs[1::2], strict=True))
    return render_to_string("ui/breadcrumbs.html", {"items": items, "trail": _trail(items)})


@register.simple_tag
def shares(*numbers: int | None) -> list[dict[str, float]]:
    """Where each part of a bar of 100 begins, and how wide it is."""
    counts = [max(number or 0, 0) for number in numbers]
    total = sum(counts)
    begin, found = 0.0, []
    for count in counts:
        wide = round(100 * count / total, 2) if total else 0.0
        found.append({"x": round(begin, 2), "width": wide, "percent": round(wide)})
        begin += wide
    return found


@register.filter
def where_now(steps: Iterable[Any] | None) -> dict[str, Any]:
    """The present step of a journey: its number, its label and how many there are."""
    known = list(steps or [])
    now = next((n for n, step in enumerate(known, 1) if step.state == "now"), 0)
    return {"number": now, "label": known[now - 1].label if now else "", "total": len(known)}


@register.filter
@lru_cache(maxsize=64)
def dots(now: int, total: int = 9) -> SafeString:
    """A journey in a row of dots, for the eye only: {{ step_no|dots }}."""
    kinds = ("", " s-dot--done", " s-dot--now")
    row = "".join(f'<span class="s-dot{kinds[(n <= now) + (n == now)]}"></span>'
                  for n in range(1, total + 1))  # fmt: skip
    return mark_safe(f'<span class="s-dots" aria-hidden="true">{row}</span>')  # noqa: S308 - ours


@register.filter
def upto(number: Any) -> range:
    """1, 2 … number, for drawing that many of something."""
    return range(1, int(number or 0) + 1)


@register.filter
def initials(name: str) -> str:
    words = [word for word in re.split(r"[\s-]+", str(name)) if word[:1].isalpha()]
    return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper()


# --- forms -------------------------------------------------------------------------------------

_NATIVE = {
    forms.DateTimeInput: ("datetime-local", "%Y-%m-%dT%H:%M"),
    forms.DateInput: ("date", "%Y-%m-%d"),
    forms.TimeInput: ("time", "%H:%M"),
}


@register.filter
def control_kind(field: BoundField) -> str:
    """How a field is laid out: choices, one tick, or a label above a control."""
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return "checkboxes"
    if isinstance(widget, forms.RadioSelect):
        return "radios"
    return "tick" if isinstance(widget, forms.CheckboxInput) else "control"


def _dress(widget: forms.Widget) -> None:
    """Gives a control its DKFDS class, and a date the browser's own calendar."""
    for kind, (type_, shape) in _NATIVE.items():
        if type(widget) is kind and widget.input_type == "text":
            widget.input_type, widget.format = type_, shape
    if isinstance(widget, forms.Textarea) and widget.attrs.get("rows") == "10":
        widget.attrs["rows"] = "5"  # ten lines, Django's own choice, frighten on a phone
    given = str(widget.attrs.get("class", ""))
    names = [*given.split(), *(name for name in [_class(widget)] if name not in given.split())]
    widget.attrs["class"] = " ".join(name for name in names if name)


def _class(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxSelectMultiple | forms.CheckboxInput):
        return "form-checkbox"
    if isinstance(widget, forms.RadioSelect):
        return "form-radio"
    if isinstance(widget, forms.Select):
        return "form-select"
    return "" if isinstance(widget, forms.FileInput) else "form-input"


@register.filter
def control(field: BoundField) -> SafeString:
    """The control alone, dressed; its label, hint and error are the template's business."""
    _dress(field.field.widget)
    return _select(field) if type(field.field.widget) is forms.Select else field.as_widget()


def _select(field: BoundField) -> SafeString:
    """What Django's template of a select would give, without a template for each choice:
    a list with two filters spends half its time there."""
    widget = field.field.widget
    chosen = str(field.value() if field.value() is not None else "")
    attributes = field.build_widget_attrs(dict(widget.attrs), widget)
    attributes.setdefault("id", field.auto_id)
    shown = format_html_join(
        "", ' {}="{}"', ((k, v) for k, v in attributes.items() if v not in (None, False, True))
    )
    flags = "".join(f" {conditional_escape(k)}" for k, v in attributes.items() if v is True)
    choices = format_html_join(
        "", "{}", ((_option(value, label, chosen),) for value, label in widget.choices)
    )
    return format_html(
        '<select name="{}"{}{}>{}</select>',
        field.html_name,
        shown,
        mark_safe(flags),  # noqa: S308 - escaped above
        choices,
    )


def _option(value: Any, label: Any, chosen: str) -> SafeString:
    if isinstance(label, list | tuple):
        inner = format_html_join("", "{}", ((_option(key, text, chosen),) for key, text in label))
        return format_html('<optgroup label="{}">{}</optgroup>', value, inner)
    key = "" if value is None else str(value)
    mark = " selected" if key == chosen else ""
    return format_html('<option value="{}"{}>{}</option>', key, mark, label)


@register.filter
def options(field: BoundField) -> list[Any]:
    """The single ticks or choices of a field, dressed."""
    _dress(field.field.widget)
    return list(field.subwidgets)


@register.filter
def needs_star(form: forms.BaseForm) -> bool:
    return any(field.field.required for field in form.visible_fields())


@register.filter
def folded(form: forms.BaseForm, at_once: int = 3) -> dict[str, Any]:
    """Filters in two heaps: those shown at once, and the rest, open when one is in use."""
    fields = list(form.visible_fields())
    cut = at_once if len(fields) > at_once + 1 else len(fields)
    more = fields[cut:]
    return {
        "first": fields[:cut],
        "more": more,
        "open": any(form.data.get(field.html_name) or field.errors for field in more),
    }
