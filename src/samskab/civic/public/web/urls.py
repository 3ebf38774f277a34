from django.urls import path

from samskab.civic.public.web import feeds, sitemap, views

app_name = "web"
bare_urlpatterns = [
    path("robots.txt", views.robots),
    path("sitemap.xml", sitemap.sitemap),
]
urlpatterns = [
    path("", views.front, name="front"),
    path("venter/", views.desk, name="desk"),
    path("om/", views.about, name="about"),
    path("atom/<slug:name>/", feeds.ListFeed(), name="atom"),
    path("kontakt/", views.contact, name="contact"),
    path("privatliv/", views.privacy, name="privacy"),
    path("cookies/", views.cookies, name="cookies"),
    path("was/", views.was, name="was"),
    path("indstillinger/", views.settings, name="settings"),
]
