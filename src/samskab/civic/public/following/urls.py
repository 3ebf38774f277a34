from django.urls import path

from samskab.civic.public.following import views

app_name = "following"
urlpatterns = [
    path("foelg/", views.subscribe, name="subscribe"),
    path("foelg/afmeld/<str:token>/", views.leave, name="leave"),
    path("foelg/<str:token>/", views.change, name="change"),
]
