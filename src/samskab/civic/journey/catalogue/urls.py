from django.urls import path

from samskab.civic.journey.catalogue import views

app_name = "catalogue"
bare_urlpatterns = [
    path(".well-known/samskab.json", views.well_known, name="catalogue_introduction"),
    path("koncepter/katalog.json", views.own_feed, name="catalogue_feed"),
    path("koncepter/katalog.schema.json", views.schema, name="catalogue_schema"),
    path("koncepter/pakker/<slug:slug>/<int:number>.zip", views.package, name="catalogue_package"),
]
urlpatterns = [
    path("koncepter/katalog/", views.catalogue, name="list"),
    path("koncepter/katalog/<int:pk>/hent/", views.fetch, name="fetch"),
    path("koncepter/katalog/<int:pk>/foelg/", views.follow, name="follow"),
    path("koncepter/katalog/<int:pk>/foelg-ikke/", views.unfollow, name="unfollow"),
    path("koncepter/kilder/", views.sources, name="sources"),
    path("koncepter/kilder/ny/", views.add, name="add"),
    path("koncepter/kilder/<int:pk>/", views.source, name="source"),
    path("koncepter/kilder/<int:pk>/noegle/", views.confirm, name="confirm"),
    path("koncepter/kilder/<int:pk>/se-nu/", views.ask, name="ask"),
    path("koncepter/kilder/<int:pk>/pause/", views.pause, name="pause"),
    path("koncepter/kilder/<int:pk>/fortsaet/", views.resume, name="resume"),
    path("koncepter/kilder/<int:pk>/forfra/", views.anew, name="anew"),
    path("koncepter/kilder/<int:pk>/fjern/", views.drop, name="drop"),
]
