import rules

from samskab.civic.foundation.core.rules import is_administrator, is_secretariat

rules.add_perm("notifications.read", is_secretariat | is_administrator)
rules.add_perm("notifications.retry", is_secretariat | is_administrator)
