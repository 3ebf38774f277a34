from django.urls import path

from samskab.civic.foundation.core import views

app_name = "core"
urlpatterns = [
    path("log/", views.log, name="log"),
    path("sundhed/", views.health, name="health"),
]
