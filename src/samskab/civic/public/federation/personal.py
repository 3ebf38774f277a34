from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.privacy.registry import LegalBasis, declare
from samskab.civic.public.federation.models import Follower

declare(
    Follower,
    ["actor", "inbox", "shared_inbox"],
    what=_("The address of somebody on another server who follows the news"),
    purpose=_("To send the news that was asked for"),
    legal_basis=LegalBasis.CONSENT,
)
