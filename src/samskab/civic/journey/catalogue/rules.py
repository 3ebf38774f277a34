import rules

from samskab.civic.foundation.core.rules import (
    is_administrator,
    is_member,
    is_secretariat,
    is_staff,
    is_system,
)
from samskab.civic.journey.challenges.rules import facilitates

rules.add_perm("catalogue.read", is_staff | is_member | is_system)
rules.add_perm("catalogue.follow", is_staff | is_member)
rules.add_perm("catalogue.fetch", facilitates | is_system)
rules.add_perm("catalogue.manage", is_secretariat | is_administrator | is_system)
