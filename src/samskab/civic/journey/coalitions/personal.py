from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.privacy.registry import LegalBasis, declare
from samskab.civic.journey.coalitions.models import Part, Signature

declare(
    Part,
    ["answered_by"],
    what=_("Who answered for a party in a proposal"),
    purpose=_("To be able to account for each promise"),
    legal_basis=LegalBasis.PUBLIC_TASK,
    retention_days=None,
    erase="anonymise",
)
declare(
    Signature,
    ["user", "name"],
    what=_("Who signed an agreement for a party"),
    purpose=_("So that the parties know who gave their word"),
    legal_basis=LegalBasis.AGREEMENT,
    retention_days=None,
    erase="anonymise",
)
