from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.culture.models import Answered
from samskab.civic.foundation.privacy.registry import LegalBasis, declare

declare(
    Answered,
    ["user"],
    what=_("That somebody has answered the yearly survey, never what"),
    purpose=_("To count each person once. It is thrown away when the survey is closed"),
    legal_basis=LegalBasis.PUBLIC_TASK,
    erase="delete",
)
