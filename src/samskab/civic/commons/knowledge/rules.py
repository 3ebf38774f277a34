import rules

from samskab.civic.foundation.core.rules import anyone, is_facilitator, is_secretariat

rules.add_perm("knowledge.write", is_facilitator | is_secretariat)
rules.add_perm("knowledge.suggest", anyone)
rules.add_perm("knowledge.judge", anyone)
rules.add_perm("knowledge.answer", is_facilitator | is_secretariat)
