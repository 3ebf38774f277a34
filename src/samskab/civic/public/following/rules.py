import rules

from samskab.civic.foundation.core.principal import Principal
from samskab.civic.public.following.models import Subscription


@rules.predicate
def holds_subscription(by: Principal, subscription: Subscription | None) -> bool:
    """Came by the link in a mail to that address."""
    return subscription is not None and ("following.subscription", subscription.pk) in by.grants


rules.add_perm("following.subscribe", rules.always_allow)
rules.add_perm("following.change", holds_subscription)
