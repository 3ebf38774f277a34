import rules

from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.core.rules import is_administrator, is_secretariat


@rules.predicate
def is_itself(by: Principal) -> bool:
    """The installation, or whoever's signature it has checked."""
    return by.is_system


rules.add_perm("federation.work", is_itself)
rules.add_perm("federation.see", is_secretariat | is_administrator)
