"""What several places found, put together: figures, a drawing of them, and plain sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.text import Truncator
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from samskab.civic.journey.concepts.models import AdoptionReport, Concept, ConceptVersion, Level
from samskab.engine.evidence import (
    EvidenceLevel,
    Finding,
    Pooled,
    evidence_level,
    level_sentence,
    pool,
)
from samskab.engine.evidence.shares import normal_quantile

QUANTILE = normal_quantile(0.95)


@dataclass(frozen=True)
class Site:
    """One place and what it found. `comparable`: on the same scale and in the same way as ours,
    and not set `aside`, for a reason."""

    place: str
    n: int | None
    estimate: float | None
    low: float | None
    high: float | None
    se: float | None
    instrument: str
    compared: bool
    changed: str = ""
    note: str = ""
    own: bool = False
    comparable: bool = False
    aside: str = ""
    weight: float | None = None

    @property
    def percent(self) -> int | None:
        return None if self.weight is None else round(100 * self.weight)


def error_of(low: float, high: float) -> float:
    """The standard error behind an interval of 95 %, taking it for symmetric."""
    return (high - low) / (2 * QUANTILE)


def interval_of(estimate: float, se: float) -> tuple[float, float]:
    return estimate - QUANTILE * se, estimate + QUANTILE * se


def own_site(version: ConceptVersion, place: str) -> Site | None:
    """What was measured where the recipe was written, or None."""
    found = version.evidence
    if not found:
        return None
    return Site(
        place, found["n"], found["estimate"], found["low"], found["high"], found["se"],
        found["instrument"], found["compared"], own=True, comparable=found["se"] is not None,
    )  # fmt: skip


def site_of(report: AdoptionReport, place: str, own: Site | None) -> Site:
    """What another place told, held against the scale of the recipe's own figures."""
    alike = (
        own is not None
        and not report.aside
        and report.se is not None
        and (report.instrument, report.compared) == (own.instrument, own.compared)
    )
    return Site(
        place, report.n, report.estimate, report.low, report.high, report.se, report.instrument,
        report.compared, changed=report.changed, note=report.note, comparable=alike,
        aside=report.aside,
    )  # fmt: skip


def level_of(version: ConceptVersion, sites: Iterable[Site]) -> Level:
    """The evidence level by the rules of the engine, over places with the recipe's own scale."""
    known = version.evidence
    if not known:
        return Level.TOO_LITTLE
    better = known["higher_is_better"]
    findings = [
        _finding(site, better, known["relevant"])
        for site in sites
        if site.instrument == known["instrument"] and site.n is not None and not site.aside
    ]
    return Level(evidence_level(findings).value)


def _finding(site: Site, higher_is_better: bool, relevant: float | None) -> Finding:
    low, high = site.low, site.high
    if low is not None and high is not None and not higher_is_better:
        low, high = -high, -low
    return Finding(site.place, site.n or 0, low, high, site.compared, relevant)


def levels() -> list[tuple[Level, str, str]]:
    """Every level with its sentence and its rule, the strongest first; held to the engine by a
    test that lets each rule come true."""
    language = "en" if (get_language() or "da").startswith("en") else "da"
    rules = {
        Level.ESTABLISHED: _(
            "At least two places found a change for the better against a group that did not take "
            "part. No place has shown that nothing changes."
        ),
        Level.SUPPORTED: _(
            "One place found a change for the better against a group that did not take part. No "
            "place has shown that nothing changes."
        ),
        Level.PROMISING: _(
            "At least one place found a change for the better, but nobody has compared with a "
            "group that did not take part."
        ),
        Level.MIXED: _(
            "Against groups that did not take part, some places found a change for the better and "
            "some showed that nothing changes."
        ),
        Level.NOT_WORKING: _(
            "Against a group that did not take part, at least one place showed that nothing "
            "changes, and none found a change for the better."
        ),
        Level.TOO_LITTLE: _("All else: nobody has measured, too few answered, or it is unclear."),
    }
    return [
        (level, level_sentence(EvidenceLevel(level.value), language), rule)
        for level, rule in rules.items()
    ]


@dataclass(frozen=True)
class Together:
    """All that the page of a concept shows of its evidence."""

    sites: list[Site]
    pooled: Pooled | None
    level: Level
    level_text: str
    sentences: list[str]
    scale: str
    forest: Forest | None

    @property
    def measured(self) -> list[Site]:
        return [site for site in self.sites if site.estimate is not None]


def together(concept: Concept, version: ConceptVersion, reports: Sequence[Any]) -> Together:
    """Own evaluation and the reports that have come back. Asks the database nothing."""
    place = concept.council.name if concept.is_own else concept.origin_name
    own = own_site(version, place)
    sites = [own] if own else []
    sites += [site_of(row, row.place_name, own) for row in reports if row.status == "reported"]
    level = level_of(version, sites)
    sites, found = _pool(sites)
    language = "en" if (get_language() or "da").startswith("en") else "da"
    return Together(
        sites,
        found,
        level,
        level_sentence(EvidenceLevel(level.value), language),
        _sentences(sites, found, version.evidence.get("higher_is_better", True)),
        version.evidence.get("scale_name", ""),
        forest([site for site in sites if site.comparable], found),
    )


def _pool(sites: list[Site]) -> tuple[list[Site], Pooled | None]:
    alike = [site for site in sites if site.comparable]
    if len(alike) < 2:
        return sites, None
    found = pool([site.estimate or 0.0 for site in alike], [site.se or 0.0 for site in alike])
    weights = dict(zip(map(id, alike), found.weights, strict=True))
    weighed = [Site(**{**_values(site), "weight": weights.get(id(site))}) for site in sites]
    return weighed, found


def _values(site: Site) -> dict[str, Any]:
    return {name: getattr(site, name) for name in Site.__dataclass_fields__}


# --- sentences ---------------------------------------------------------------------------------
def plain(value: float) -> str:
    """A figure with one decimal at most, in the reader's way of writing."""
    rounded = round(value, 1)
    whole = rounded == int(rounded)
    text = str(number_format(abs(rounded), 0 if whole else 1))
    return f"−{text}" if rounded < 0 else text


def signed(value: float) -> str:
    return f"+{plain(value)}" if round(value, 1) > 0 else plain(value)


def _sentences(sites: Sequence[Site], found: Pooled | None, better_up: bool) -> list[str]:
    told = [site for site in sites if site.estimate is not None]
    measured = [site for site in told if not site.aside]
    said = []
    if measured:
        said.append(
            ngettext("%(n)s place has measured.", "%(n)s places have measured.", len(measured))
            % {"n": len(measured)}
        )
    if any(not site.comparable for site in measured):
        said.append(_("Not all figures can be put together: they are measured in another way."))
    if aside := len(told) - len(measured):
        said.append(
            ngettext(
                "The figures of %(n)s place do not count. The reason stands beside them.",
                "The figures of %(n)s places do not count. The reasons stand beside them.",
                aside,
            )
            % {"n": aside}
        )
    if found is None:
        if measured:
            said.append(_("It takes two places that measured alike before we can put it together."))
        return said
    said.append(
        _("Put together, the typical change is %(estimate)s points. It may be from %(low)s to "
          "%(high)s.")
        % {"estimate": signed(found.estimate), "low": signed(found.low),
           "high": signed(found.high)}
    )  # fmt: skip
    up, down = found.low > 0, found.high < 0
    if up or down:
        good = up == better_up
        said.append(_("It points to a change for the better.") if good
                    else _("It points to a change for the worse."))  # fmt: skip
    else:
        said.append(_("We cannot say yet whether things get better or worse."))
    return said + _between(found, any(not site.compared for site in measured))


def _between(found: Pooled, alone: bool) -> list[str]:
    said = []
    if found.prediction is None:
        said.append(_("With two places only we cannot say what to expect in a third."))
    else:
        low, high = found.prediction
        said.append(
            _("In a new place the change may be from %(low)s to %(high)s points.")
            % {"low": signed(low), "high": signed(high)}
        )
    if alone:
        said.append(_("Without a group to compare with, we do not know what made the change."))
    return said


# --- the drawing -------------------------------------------------------------------------------
# Narrow enough for a phone: the name of a place stands above its line.
WIDTH, LEFT, RIGHT, ROW, NAME, MIDDLE = 330, 10, 10, 46, 16, 32
LONGEST_NAME = 40


@dataclass(frozen=True)
class Line:
    """One place in the drawing; coordinates are written out, so that no language bends them."""

    label: str
    y: str
    text_y: str
    x: str
    low: str
    high: str
    side: str
    left: str
    top: str
    own: bool


@dataclass(frozen=True)
class Forest:
    width: int
    height: int
    lines: list[Line]
    diamond: str
    diamond_y: str
    zero: str
    bottom: str
    ticks: list[tuple[str, str]]
    tick_y: str


def forest(sites: Sequence[Site], found: Pooled | None) -> Forest | None:
    """A line for each place and a diamond for all together; None before there are two."""
    if found is None:
        return None
    spans = [interval_of(site.estimate or 0.0, site.se or 0.0) for site in sites]
    start = min(0.0, *(low for low, _high in spans))
    end = max(0.0, *(high for _low, high in spans))
    reach = (end - start) or 1.0
    # The diamond of two places can be very wide; it may not squeeze the places to nothing.
    start, end = (
        min(start, max(found.low, start - 3 * reach)),
        max(end, min(found.high, end + 3 * reach)),
    )
    reach = (end - start) or 1.0
    start, end = start - reach * 0.05, end + reach * 0.05

    def across(value: float) -> float:
        share = (min(max(value, start), end) - start) / (end - start)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    lines = [
        _line(place, site, span, across)
        for place, (site, span) in enumerate(zip(sites, spans, strict=True))
    ]
    y = ROW * len(sites) + MIDDLE
    corners = [(across(found.low), y), (across(found.estimate), y - 9),
               (across(found.high), y), (across(found.estimate), y + 9)]  # fmt: skip
    bottom = ROW * (len(sites) + 1) + 4
    ticks = [(f"{across(value):.1f}", signed(value)) for value in _ticks(start, end)]
    return Forest(
        WIDTH, bottom + 30, lines, " ".join(f"{x:.1f},{down:.1f}" for x, down in corners),
        f"{y - MIDDLE + NAME:.1f}", f"{across(0):.1f}", str(bottom), ticks, str(bottom + 20),
    )  # fmt: skip


def _line(place: int, site: Site, span: tuple[float, float], across: Any) -> Line:
    y = ROW * place + MIDDLE
    x, side = across(site.estimate or 0.0), 6 + 10 * (site.weight or 0) ** 0.5
    label = Truncator(site.place).chars(LONGEST_NAME)
    return Line(
        label, f"{y:.1f}", f"{y - MIDDLE + NAME:.1f}", f"{x:.1f}", f"{across(span[0]):.1f}",
        f"{across(span[1]):.1f}", f"{side:.1f}", f"{x - side / 2:.1f}", f"{y - side / 2:.1f}",
        site.own,
    )  # fmt: skip


def _ticks(start: float, end: float) -> list[float]:
    """A few round numbers between two."""
    reach = end - start
    unit = 10 ** (len(str(int(reach))) - 1) if reach >= 1 else 0.1
    step = next(
        (unit * factor for factor in (0.2, 0.5, 1, 2, 5) if reach / (unit * factor) <= 6), unit * 10
    )
    first = int(start // step) + 1
    return [step * n for n in range(first, int(end // step) + 1)]
