from samskab.civic.foundation.privacy.registry import not_personal
from samskab.civic.journey.concepts.models import AdoptionReport, Concept, Material, Publisher

not_personal(Concept, "origin_name", reason="the name of a council")
not_personal(AdoptionReport, "place_name", reason="the name of a council")
not_personal(Publisher, "name", reason="the name of a council")
not_personal(Material, "name", reason="the name of a file")
