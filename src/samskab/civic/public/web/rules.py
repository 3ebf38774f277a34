import rules

from samskab.civic.foundation.core.rules import is_staff

rules.add_perm("web.desk", is_staff)
