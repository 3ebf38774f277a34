from django.urls import path

from samskab.civic.public.api import (
    hsds_endpoints,  # noqa: F401 - adds its addresses to the API
    views,
)
from samskab.civic.public.api.endpoints import api

app_name = "api"
bare_urlpatterns = [path("api/v1/", api.urls)]
urlpatterns = [path("api/", views.docs, name="docs")]
