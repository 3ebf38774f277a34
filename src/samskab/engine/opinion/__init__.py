"""Opinions: from votes to groups, common ground and the next statement."""

from typing import TYPE_CHECKING

from samskab.engine.lazy import loader

if TYPE_CHECKING:
    from samskab.engine.opinion.agreement import adjusted_rand
    from samskab.engine.opinion.describing import Description, describe, group_name
    from samskab.engine.opinion.document import as_dict
    from samskab.engine.opinion.errors import OpinionError
    from samskab.engine.opinion.live import LiveCounts
    from samskab.engine.opinion.maps import OpinionMap, map_opinions
    from samskab.engine.opinion.pace import rest
    from samskab.engine.opinion.polis import (
        Comment,
        PolisPeople,
        detect_sign,
        read_comments_csv,
        read_export,
        read_participants_votes_csv,
        read_votes_csv,
        write_comments_csv,
        write_participants_votes_csv,
        write_votes_csv,
    )
    from samskab.engine.opinion.report import map_svg, report_html
    from samskab.engine.opinion.routing import next_statement
    from samskab.engine.opinion.votes import AGREE, DISAGREE, PASS, Id, VoteMatrix

__all__ = [
    "AGREE",
    "DISAGREE",
    "PASS",
    "Comment",
    "Description",
    "Id",
    "LiveCounts",
    "OpinionError",
    "OpinionMap",
    "PolisPeople",
    "VoteMatrix",
    "adjusted_rand",
    "as_dict",
    "describe",
    "detect_sign",
    "group_name",
    "map_opinions",
    "map_svg",
    "next_statement",
    "read_comments_csv",
    "read_export",
    "read_participants_votes_csv",
    "read_votes_csv",
    "report_html",
    "rest",
    "write_comments_csv",
    "write_participants_votes_csv",
    "write_votes_csv",
]

_HOMES = {
    "agreement": ("adjusted_rand",),
    "describing": (
        "Description",
        "describe",
        "group_name",
    ),
    "document": ("as_dict",),
    "errors": ("OpinionError",),
    "live": ("LiveCounts",),
    "maps": (
        "OpinionMap",
        "map_opinions",
    ),
    "pace": ("rest",),
    "polis": (
        "Comment",
        "PolisPeople",
        "detect_sign",
        "read_comments_csv",
        "read_export",
        "read_participants_votes_csv",
        "read_votes_csv",
        "write_comments_csv",
        "write_participants_votes_csv",
        "write_votes_csv",
    ),
    "report": (
        "map_svg",
        "report_html",
    ),
    "routing": ("next_statement",),
    "votes": (
        "AGREE",
        "DISAGREE",
        "Id",
        "PASS",
        "VoteMatrix",
    ),
}
__getattr__ = loader(__name__, _HOMES)
