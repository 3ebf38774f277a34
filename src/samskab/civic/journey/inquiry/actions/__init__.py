"""What can be done in an inquiry, by subject."""

from samskab.civic.journey.inquiry.actions.causes import (
    DEEPEST,
    merge_cause,
    moderate_cause,
    propose_cause,
    weigh_cause,
)
from samskab.civic.journey.inquiry.actions.exchange import (
    Imported,
    import_polis,
)
from samskab.civic.journey.inquiry.actions.framings import (
    conclude_framing,
    endorse,
    propose_framing,
)
from samskab.civic.journey.inquiry.actions.inviting import (
    MOST_SHEETS,
    enter_sheet,
    invite,
    make_links,
    make_sheets,
)
from samskab.civic.journey.inquiry.actions.maps import (
    draw_map,
    recompute_map,
    request_map,
)
from samskab.civic.journey.inquiry.actions.statements import (
    merge_statement,
    moderate_statement,
    moderate_statements,
    propose_statement,
    seed_statements,
)
from samskab.civic.journey.inquiry.actions.steps import (
    open_inquiry,
    prepare_inquiry,
    reopen_inquiry,
    set_reading,
    set_voting,
)
from samskab.civic.journey.inquiry.actions.voting import (
    enter,
    vote,
)

__all__ = [
    "DEEPEST",
    "MOST_SHEETS",
    "Imported",
    "conclude_framing",
    "draw_map",
    "endorse",
    "enter",
    "enter_sheet",
    "import_polis",
    "invite",
    "make_links",
    "make_sheets",
    "merge_cause",
    "merge_statement",
    "moderate_cause",
    "moderate_statement",
    "moderate_statements",
    "open_inquiry",
    "prepare_inquiry",
    "propose_cause",
    "propose_framing",
    "propose_statement",
    "recompute_map",
    "reopen_inquiry",
    "request_map",
    "seed_statements",
    "set_reading",
    "set_voting",
    "vote",
    "weigh_cause",
]
