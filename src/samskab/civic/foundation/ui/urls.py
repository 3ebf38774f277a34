from django.urls import path

from samskab.civic.foundation.ui import views

app_name = "ui"
bare_urlpatterns = [path("billede/<str:title>.png", views.picture)]
urlpatterns = [path("moenstre/", views.patterns, name="patterns")]
