from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.notifications.models import Message
from samskab.civic.foundation.privacy.registry import LegalBasis, declare

declare(
    Message,
    ["to", "subject", "text", "unsubscribe"],
    what=_("Mail we have sent: the address and the subject; the text until it is sent"),
    purpose=_("To send the mail, and to see that it got there"),
    legal_basis=LegalBasis.PUBLIC_TASK,
    retention_days=30,
    erase="delete",
)
