import rules

from samskab.civic.foundation.core.rules import anyone, is_administrator, signed_in

rules.add_perm("accounts.open_account", anyone)
rules.add_perm("accounts.manage_roles", is_administrator)
rules.add_perm("accounts.edit_self", signed_in)
