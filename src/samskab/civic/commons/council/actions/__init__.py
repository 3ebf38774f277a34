"""What the council can do, by subject."""

from samskab.civic.commons.council.actions.ballots import (
    SECRET_AT_LEAST,
    call_off_ballot,
    close_ballot,
    count_slips,
    open_ballot,
    vote,
)
from samskab.civic.commons.council.actions.candidates import (
    call_for_candidates,
    put_oneself_forward,
    remove_candidacy,
)
from samskab.civic.commons.council.actions.decisions import (
    decide,
    publish_decision,
)
from samskab.civic.commons.council.actions.interests import (
    disqualify,
    requalify,
)
from samskab.civic.commons.council.actions.items import (
    edit_item,
    place_item,
    put_on_agenda,
    withdraw_item,
)
from samskab.civic.commons.council.actions.meetings import (
    cancel_meeting,
    close_meeting,
    edit_meeting,
    note_attendance,
    plan_meeting,
    publish_agenda,
)
from samskab.civic.commons.council.actions.minutes import (
    MINUTES_AT_MOST,
    approve_minutes,
    publish_minutes,
    send_minutes,
    take_back_minutes,
    write_meeting_minutes,
    write_minutes,
)
from samskab.civic.commons.council.actions.papers import (
    add_paper,
    remove_paper,
)
from samskab.civic.commons.council.actions.reports import (
    begin_report,
    edit_report,
    publish_report,
)
from samskab.civic.commons.council.actions.seats import (
    add_seat,
    edit_seat,
    end_term,
    seat_person,
)
from samskab.civic.commons.council.actions.tasks import (
    edit_task,
    finish_task,
    give_task,
    remind_everywhere,
    remind_owners,
    reopen_task,
)
from samskab.civic.commons.council.actions.texts import (
    remove_text,
    set_theme,
    write_text,
)
from samskab.civic.commons.council.actions.year import (
    plan_year,
    set_cycle,
)

__all__ = [
    "MINUTES_AT_MOST",
    "SECRET_AT_LEAST",
    "add_paper",
    "add_seat",
    "approve_minutes",
    "begin_report",
    "call_for_candidates",
    "call_off_ballot",
    "cancel_meeting",
    "close_ballot",
    "close_meeting",
    "count_slips",
    "decide",
    "disqualify",
    "edit_item",
    "edit_meeting",
    "edit_report",
    "edit_seat",
    "edit_task",
    "end_term",
    "finish_task",
    "give_task",
    "note_attendance",
    "open_ballot",
    "place_item",
    "plan_meeting",
    "plan_year",
    "publish_agenda",
    "publish_decision",
    "publish_minutes",
    "publish_report",
    "put_on_agenda",
    "put_oneself_forward",
    "remind_everywhere",
    "remind_owners",
    "remove_candidacy",
    "remove_paper",
    "remove_text",
    "reopen_task",
    "requalify",
    "seat_person",
    "send_minutes",
    "set_cycle",
    "set_theme",
    "take_back_minutes",
    "vote",
    "withdraw_item",
    "write_meeting_minutes",
    "write_minutes",
    "write_text",
]
