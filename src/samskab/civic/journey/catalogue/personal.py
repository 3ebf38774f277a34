from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.privacy.registry import LegalBasis, declare, not_personal
from samskab.civic.journey.catalogue.models import Follow, Source

declare(
    Follow,
    ["user"],
    what=_("Which concepts elsewhere an account follows"),
    purpose=_("To send news about them"),
    legal_basis=LegalBasis.CONSENT,
    retention_days=None,
    erase="delete",
)
not_personal(Source, "name", reason="the name of a council")
not_personal(Source, "address", reason="the address of a council's site")
