from __future__ import annotations

from django.urls import path

from samskab.civic.commons.actors import feeds, views

app_name = "actors"

urlpatterns = [
    path("aktoerer/", views.actor_list, name="list"),
    path("aktoerer/atom/", feeds.ActorFeed(), name="atom"),
    path("aktoerer/ny/", views.actor_register, name="register"),
    path("aktoerer/<int:pk>/", views.actor_detail, name="detail"),
    path("aktoerer/<int:pk>/ret/", views.actor_edit, name="edit"),
    path("aktoerer/<int:pk>/personer/", views.people, name="people"),
    path(
        "aktoerer/<int:pk>/personer/<int:representative>/fjern/",
        views.remove_person,
        name="remove_person",
    ),
    path("aktoerer/<int:pk>/tilbud/nyt/", views.offer_new, name="offer_new"),
    path("aktoerer/<int:pk>/passer/", views.actor_confirm, name="confirm"),
    path("passer/<str:token>/", views.fresh, name="fresh"),
    path("tilbud/", views.offer_list, name="offers"),
    path("tilbud/atom/", feeds.OfferFeed(), name="offers_atom"),
    path("tilbud/nyt/", views.offer_start, name="offer_start"),
    path("tilbud/<int:pk>/", views.offer_detail, name="offer"),
    path("tilbud/<int:pk>/ret/", views.offer_edit, name="offer_edit"),
    path("tilbud/<int:pk>/traek/", views.offer_withdraw, name="offer_withdraw"),
    path("tilbud/<int:pk>/igen/", views.offer_renew, name="offer_renew"),
    path("tilbud/<int:pk>/passer/", views.offer_confirm, name="offer_confirm"),
    path("daekning/", views.coverage, name="coverage"),
    path("kategorier/", views.category_list, name="categories"),
    path("kategorier/feltets-ord/", views.categories_seed, name="categories_seed"),
    path("kategorier/<int:pk>/", views.category_edit, name="category"),
    path("kategorier/<int:pk>/sammenlaeg/", views.category_merge, name="category_merge"),
]
