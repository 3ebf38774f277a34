from __future__ import annotations

from django.urls import path

from samskab.civic.commons.initiatives import views

app_name = "initiatives"

urlpatterns = [
    path("initiativer/", views.initiative_list, name="list"),
    path("initiativer/nyt/", views.initiative_start, name="start"),
    path("initiativer/ligner/", views.alike, name="alike"),
    path("initiativer/<int:pk>/", views.initiative_detail, name="detail"),
    path("initiativer/<int:pk>/ret/", views.initiative_edit, name="edit"),
    path("initiativer/<int:pk>/passer/", views.initiative_confirm, name="confirm"),
    path("aktoerer/<int:pk>/initiativer/nyt/", views.initiative_new, name="new"),
    path("overlap/", views.overlap_list, name="overlaps"),
    path("overlap/grupper/", views.overlap_clusters, name="clusters"),
    path("overlap/ord/", views.synonyms, name="synonyms"),
    path("overlap/ord/<int:pk>/fjern/", views.synonyms_remove, name="remove_synonyms"),
    path("overlap/find/", views.overlap_find, name="find"),
    path("overlap/<int:pk>/", views.overlap_detail, name="overlap"),
    path("overlap/<int:pk>/igen/", views.overlap_again, name="look_again"),
    path("overlap/<int:pk>/samordn/", views.coordination_open, name="coordinate"),
    path("samordning/<int:pk>/", views.coordination_detail, name="coordination"),
    path("huller/", views.gaps, name="gaps"),
]
