from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.privacy.registry import LegalBasis, Person, declare
from samskab.civic.journey.inquiry.models import CauseWeight, Participant, Vote


def about(person: Person) -> Q:
    """Answers are tied to an account through its participant only."""
    return Q(participant__user_id=person.user_id) if person.user_id else Q()


declare(
    Participant,
    ["user", "invitation"],
    what=_("In which inquiries an account has answered, and by which invitation it came"),
    purpose=_("To count each person once, and to let you change your answers"),
    legal_basis=LegalBasis.CONSENT,
    retention_days=None,
    erase="anonymise",
)
declare(
    Vote,
    ["value"],
    what=_("What you answered to each statement; nobody else is told"),
    purpose=_("To find what people share and what divides them"),
    legal_basis=LegalBasis.CONSENT,
    retention_days=None,
    # Erasing cuts the tie to the account, and with it all that makes the answer yours.
    erase="keep",
    about=about,
)
declare(
    CauseWeight,
    ["participant"],
    what=_("Which causes you find heavy"),
    purpose=_("To see which causes weigh the most"),
    legal_basis=LegalBasis.CONSENT,
    retention_days=None,
    erase="keep",
    about=about,
)
