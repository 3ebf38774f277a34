from samskab.civic.commons.initiatives.models import Initiative
from samskab.civic.foundation.privacy.registry import not_personal

not_personal(Initiative, "name", reason="the name of an initiative, not of a person")
