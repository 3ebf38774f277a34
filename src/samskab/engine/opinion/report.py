"""The map as one self-contained HTML page: sentences, a drawing and tables, no scripts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

import numpy as np

from samskab.engine.opinion.describing import describe, group_name
from samskab.engine.opinion.maps import OpinionMap
from samskab.engine.opinion.votes import Floats, Id

_WIDTH, _HEIGHT, _EDGE = 640, 420, 24
_COLOURS = ("#00558c", "#a3430b", "#3c6e1f", "#7a2a8a", "#6b5500", "#a01c48")
_OUTLINES = (
    ((-3.5, -3.5), (3.5, -3.5), (3.5, 3.5), (-3.5, 3.5)),
    ((0, -4.5), (4.5, 3.5), (-4.5, 3.5)),
    ((0, -5), (5, 0), (0, 5), (-5, 0)),
    ((4.4, 0), (2.2, 3.8), (-2.2, 3.8), (-4.4, 0), (-2.2, -3.8), (2.2, -3.8)),
    ((0, 4.5), (4.5, -3.5), (-4.5, -3.5)),
)
_STYLE = """
body{font:1.05rem/1.55 system-ui,sans-serif;color:#1a1a1a;max-width:52rem;
margin:2rem auto;padding:0 1rem}
h1,h2{line-height:1.2}h2{margin-top:2.2rem}
svg{max-width:100%;height:auto;border:1px solid #bfbfbf;background:#fff}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.92rem}
caption{text-align:left;font-weight:600;padding:.4rem 0}
th,td{border-bottom:1px solid #d5d5d5;padding:.4rem .6rem;text-align:left;vertical-align:top}
td.n{text-align:right;white-space:nowrap}.key span{margin-right:1.2rem;white-space:nowrap}
"""
_DANISH = {
    "title": "Hvad svarene viser",
    "intro": "{people} personer har svaret på {statements} udsagn. Der er {votes} svar.",
    "common": "Det er I fælles om",
    "divides": "Det skiller jer",
    "unknown": "Det er mange i tvivl om",
    "groups": "Grupperne",
    "map": "Kortet",
    "map_text": "Hver figur er en person. De, der svarer ens, står tæt. "
    "Kortet viser {share} % af forskellene.",
    "without": "uden gruppe",
    "table": "Alle udsagn: hvor mange siger ja i hver gruppe",
    "statement": "Udsagn",
    "all": "Alle",
    "answers": "svar",
    "sure": "95 % sikkert interval",
    "too_few": "for få svar",
    "method": "Tallene i parentes viser, hvor sikkert tallet er: {sure}.",
}
_ENGLISH = {
    "title": "What the answers show",
    "intro": "{people} people have answered {statements} statements. There are {votes} answers.",
    "common": "What you share",
    "divides": "What divides you",
    "unknown": "What many are in doubt about",
    "groups": "The groups",
    "map": "The map",
    "map_text": "Each mark is a person. Those who answer alike stand close. "
    "The map shows {share}% of the differences.",
    "without": "without a group",
    "table": "All statements: how many say yes in each group",
    "statement": "Statement",
    "all": "Everybody",
    "answers": "answers",
    "sure": "95% interval",
    "too_few": "too few answers",
    "method": "The numbers in brackets show how sure the number is: {sure}.",
}
_LANGUAGES = {"da": _DANISH, "en": _ENGLISH}


def report_html(drawn: OpinionMap, texts: Mapping[Id, str], language: str = "da") -> str:
    """A complete page that needs no other file. Everything from outside is escaped.

    `texts` and `language` as in `describe`. O(n + G · m).
    """
    words = _LANGUAGES[language]
    said = describe(drawn, texts, language)
    votes = round(float(drawn.overall.sum()))
    intro = words["intro"].format(
        people=len(drawn.participants), statements=len(drawn.statements), votes=votes
    )
    voices = [line for group in said.voices for line in group]
    parts = [
        f"<h1>{words['title']}</h1><p>{intro}</p>",
        _section(words["common"], said.common_ground),
        _section(words["divides"], said.divides),
        _section(words["unknown"], said.unknown),
        _section(words["groups"], (*said.groups, *voices)),
        _drawing(drawn, words, language),
        _table(drawn, texts, words, language),
    ]
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{words['title']}</title><style>{_STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def map_svg(drawn: OpinionMap, title: str) -> str:
    """The drawing alone: a mark per person, its shape and colour telling the group. O(n)."""
    places = _scaled(drawn.coordinates)
    marks = "".join(_mark(x, y, group) for (x, y), group in zip(places, drawn.groups, strict=True))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{marks}</svg>"
    )


def _section(title: str, lines: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<h2>{title}</h2><ul>{items}</ul>"


def _drawing(drawn: OpinionMap, words: Mapping[str, str], language: str) -> str:
    share = round(drawn.explained_by_axes * 100)
    text = words["map_text"].format(share=share)
    return (
        f"<h2>{words['map']}</h2><p>{text}</p>{map_svg(drawn, text)}{_key(drawn, words, language)}"
    )


def _key(drawn: OpinionMap, words: Mapping[str, str], language: str) -> str:
    named: list[tuple[int | None, str]] = [
        (group, group_name(group, language)) for group in range(drawn.n_groups)
    ]
    if None in drawn.groups:
        named.append((None, words["without"]))
    entries = "".join(
        f'<span><svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" '
        f'style="border:0">{_mark(8, 8, group)}</svg> {name}</span>'
        for group, name in named
    )
    return f'<p class="key">{entries}</p>'


def _scaled(coordinates: Floats) -> Floats:
    """Coordinates in the drawing; the outermost hundredth is held at the edge."""
    if len(coordinates) == 0:
        return coordinates
    reach = np.quantile(np.abs(coordinates), 0.99, axis=0)
    unit = np.clip(coordinates / np.where(reach > 0, reach, 1.0), -1, 1)
    half = np.array([_WIDTH, -_HEIGHT]) / 2
    inner = half - np.sign(half) * _EDGE
    placed: Floats = np.array([_WIDTH, _HEIGHT]) / 2 + unit * inner
    return placed


def _mark(x: float, y: float, group: int | None) -> str:
    if group is None:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="none" stroke="#767676"/>'
    colour = f'fill="{_COLOURS[group % len(_COLOURS)]}" fill-opacity=".75"'
    shape = group % (len(_OUTLINES) + 1)
    if shape == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" {colour}/>'
    outline = _OUTLINES[shape - 1]
    points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in outline)
    return f'<polygon points="{points}" {colour}/>'


def _table(
    drawn: OpinionMap, texts: Mapping[Id, str], words: Mapping[str, str], language: str
) -> str:
    groups = [group_name(group, language) for group in range(drawn.n_groups)]
    head = "".join(
        f'<th scope="col">{name}</th>' for name in (words["statement"], words["all"], *groups)
    )
    order = np.argsort(-drawn.scores.bridging, kind="stable")
    body = "".join(_row(drawn, int(column), texts, words) for column in order)
    method = words["method"].format(sure=words["sure"])
    return (
        f'<h2>{words["table"]}</h2><p>{method}</p><div class="wide" tabindex="0"><table>'
        f"<caption>{words['table']}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _row(drawn: OpinionMap, column: int, texts: Mapping[Id, str], words: Mapping[str, str]) -> str:
    name = drawn.statements[column]
    text = escape(texts.get(name, str(name)))
    note = "" if drawn.scores.ranked[column] else f" ({words['too_few']})"
    agreed, total = drawn.overall[column, 0], drawn.overall[column].sum()
    everybody = f"{100 * agreed / total:.0f} % ({total:.0f} {words['answers']})" if total else "–"
    cells = "".join(_cell(drawn, group, column) for group in range(drawn.n_groups))
    return f'<tr><th scope="row">{text}{note}</th><td class="n">{everybody}</td>{cells}</tr>'


def _cell(drawn: OpinionMap, group: int, column: int) -> str:
    at = (group, column)
    total = drawn.counts[at].sum()
    if not total:
        return '<td class="n">–</td>'
    share = 100 * drawn.counts[at][0] / total
    low, high = 100 * drawn.agree.low[at], 100 * drawn.agree.high[at]
    return f'<td class="n">{share:.0f} % ({low:.0f}–{high:.0f})</td>'
