from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

import accounts.pages
from rooms import pages
from rooms.serving import archives, photos, stand_ins
from salon import health, metrics
from salon.api import api

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # one way to sign in, with its rate limits

urlpatterns = [
    path("", pages.home, name="home"),
    path("setup", accounts.pages.set_up, name="setup"),
    path("join/<slug:token>", pages.join, name="join"),
    path("rooms/<slug:slug>", pages.room, name="room"),
    path("media/<slug:slug>/<uuid:photo_id>/<slug:variant>", photos.serve_photo, name="media"),
    path("media/<slug:slug>/archives/<uuid:archive_id>", archives.serve_archive, name="archive"),
    path("media/<slug:slug>/uploads/<uuid:upload_id>/preview", stand_ins.serve_preview, name="upload_preview"),
    path("media/<slug:slug>/removed/<uuid:photo_id>", stand_ins.serve_removed, name="removed"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("api/v1/", api.urls),
]
handler404 = "salon.errors.page_not_found"
handler500 = "salon.errors.server_error"
