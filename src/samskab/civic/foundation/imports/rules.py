from __future__ import annotations

import rules

from samskab.civic.foundation.core.rules import is_secretariat

rules.add_perm("imports.use", is_secretariat)
