from django.urls import path

from samskab.civic.journey.challenges import feeds, views

app_name = "challenges"
urlpatterns = [
    path("udfordringer/", views.index, name="list"),
    path("udfordringer/atom/", feeds.ChallengeFeed(), name="feed"),
    path("udfordringer/ny/", views.raise_challenge, name="raise"),
    path("udfordringer/ny/ligner/", views.alike, name="alike"),
    path("udfordringer/forbered/", views.prepare, name="prepare"),
    path("udfordringer/papir/", views.paper, name="paper"),
    path("udfordringer/opgaver/", views.queue, name="queue"),
    path("udfordringer/min/<str:token>/", views.mine, name="mine"),
    path("udfordringer/min/<str:token>/data/", views.mine_export, name="mine_export"),
    path("udfordringer/<int:pk>/", views.detail, name="detail"),
    path("udfordringer/<int:pk>/foto/", views.photo, name="photo"),
    path("udfordringer/<int:pk>/svar/", views.screen, name="screen"),
    path("udfordringer/<int:pk>/aabn/", views.open_challenge, name="open"),
    path("udfordringer/<int:pk>/flyt/", views.move, name="move"),
    path("udfordringer/<int:pk>/inviter/", views.invite, name="invite"),
    path("udfordringer/<int:pk>/vaer-med/", views.join, name="join"),
    path("udfordringer/<int:pk>/stoet/", views.support, name="support"),
    path("udfordringer/<int:pk>/foelg/", views.follow, name="follow"),
    path("parter/<int:pk>/nej-tak/", views.decline, name="decline"),
]
