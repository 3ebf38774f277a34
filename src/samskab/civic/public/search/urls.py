from django.urls import path

from samskab.civic.public.search import views

app_name = "search"
urlpatterns = [path("soeg/", views.search, name="search")]
