from django.urls import path

from samskab.civic.foundation.privacy import views

app_name = "privacy"
urlpatterns = [
    path("privatliv/fortegnelse/", views.record, name="record"),
    path("privatliv/mine-data/", views.export, name="export"),
    path("privatliv/slet/", views.erase, name="erase"),
]
