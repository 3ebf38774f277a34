from django.urls import path

from samskab.civic.public.news import feeds, views

app_name = "news"
urlpatterns = [
    path("nyheder/", views.index, name="list"),
    path("nyheder/atom/", feeds.NewsFeed(), name="feed"),
    path("nyheder/ny/", views.write, name="write"),
    path("nyheder/kommuner/", views.elsewhere, name="elsewhere"),
    path("nyheder/kommuner/feeds/", views.feeds, name="feeds"),
    path("nyheder/kommuner/feeds/<int:pk>/hent/", views.ask_feed, name="ask_feed"),
    path("nyheder/kommuner/feeds/<int:pk>/fjern/", views.drop_feed, name="drop_feed"),
    path("nyheder/<slug:slug>/", views.detail, name="detail"),
    path("nyheder/<slug:slug>/ret/", views.edit, name="edit"),
    path("nyheder/<slug:slug>/tilbage/", views.withdraw, name="withdraw"),
    path("nyheder/<slug:slug>/foto/", views.photo, name="photo"),
]
