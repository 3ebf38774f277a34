from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.privacy.registry import LegalBasis, declare
from samskab.civic.journey.pilots.models import JournalEntry, RiskAcceptance

declare(
    JournalEntry,
    ["author", "author_name"],
    what=_("Who wrote in the journal of a pilot"),
    purpose=_("To show who tells"),
    legal_basis=LegalBasis.CONSENT,
    erase="anonymise",
)
declare(
    RiskAcceptance,
    ["author", "author_name"],
    what=_("Who accepted a risk on behalf of a party"),
    purpose=_("To show that the party itself said yes"),
    legal_basis=LegalBasis.PUBLIC_TASK,
    erase="anonymise",
)
