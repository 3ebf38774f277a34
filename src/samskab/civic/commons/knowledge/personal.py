from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.knowledge.models import Suggestion
from samskab.civic.foundation.privacy.registry import LegalBasis, declare

declare(
    Suggestion,
    ["name", "email", "text"],
    what=_("Who suggested something about an article, and what"),
    purpose=_("To make the article better and to answer those who wrote"),
    legal_basis=LegalBasis.CONSENT,
    retention_days=180,
)
