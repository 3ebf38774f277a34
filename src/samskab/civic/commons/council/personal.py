from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.council.models import AgendaItem, Ballot, Candidacy, Task, Term
from samskab.civic.foundation.privacy.registry import LegalBasis, declare

declare(
    Term,
    ["holder_name", "organisation", "position", "user"],
    what=_("Who sits or sat on the council, for whom, and when"),
    purpose=_("Everybody can see who decides, also afterwards"),
    legal_basis=LegalBasis.PUBLIC_TASK,
    erase="keep",
)
declare(
    Ballot,
    ["member"],
    what=_("What a member voted; never shown to others"),
    purpose=_("To count each member once. The counts stay when the name is gone"),
    legal_basis=LegalBasis.PUBLIC_TASK,
    retention_days=365,
    since="cast_at",
    erase="anonymise",
)
declare(
    Task,
    ["owner", "owner_name"],
    what=_("Who has a task from the council"),
    purpose=_("To see that what was promised is done"),
    legal_basis=LegalBasis.PUBLIC_TASK,
    erase="anonymise",
)
declare(
    AgendaItem,
    ["presenter"],
    what=_("Who lays an item before the council"),
    purpose=_("So that everybody knows whom to listen to and ask"),
    legal_basis=LegalBasis.PUBLIC_TASK,
    erase="keep",
    about=lambda person: Q(),
)
declare(
    Candidacy,
    ["name", "email", "organisation", "text"],
    what=_("Who would like a vacant seat, and why"),
    purpose=_("To find a member and to answer those who wrote"),
    legal_basis=LegalBasis.CONSENT,
    retention_days=180,
)
