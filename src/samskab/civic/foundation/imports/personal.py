from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.imports.models import Upload
from samskab.civic.foundation.privacy.registry import LegalBasis, declare

declare(
    Upload,
    ["user", "file_name", "sheet_name"],
    what=_("A table that was handed in for import: who handed it in, and what stands in it"),
    purpose=_("To look it through and take it in"),
    legal_basis=LegalBasis.PUBLIC_TASK,
    retention_days=7,
)
