import rules

from samskab.civic.foundation.core.rules import signed_in

rules.add_perm("privacy.export_own", signed_in)
rules.add_perm("privacy.erase_own", signed_in)
