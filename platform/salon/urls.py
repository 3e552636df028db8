from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

import accounts.pages
from rooms import pages, pages_wall
from rooms.notifications.pages import notification_settings, notifications, unsubscribe
from rooms.serving import archives, gate, photos, stand_ins
from salon import health, metrics
from salon.api import api
from salon.checkup.endpoints import addresses as doctor
from salon.checkup.page import checkup

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # one way to sign in, with its rate limits

urlpatterns = [
    path("", pages.home, name="home"),
    path("setup", accounts.pages.set_up, name="setup"),
    path("join/<slug:token>", pages.join, name="join"),
    path("rooms/<slug:slug>", pages.room, name="room"),
    path("rooms/<slug:slug>/invites/<uuid:invite_id>/card", pages.card, name="card"),
    path("rooms/<slug:slug>/wall", pages_wall.wall, name="wall"),
    path("wall/<slug:key>", pages_wall.open_screen, name="screen"),
    path("notifications", notifications, name="notifications"),
    path("notifications/settings", notification_settings, name="notification_settings"),
    path("unsubscribe/<str:token>", unsubscribe, name="unsubscribe"),
    path("media/<slug:slug>/<uuid:photo_id>/<slug:variant>", photos.serve_photo, name="media"),
    path("media/<slug:slug>/archives/<uuid:archive_id>", archives.serve_archive, name="archive"),
    path("media/<slug:slug>/uploads/<uuid:upload_id>/preview", stand_ins.serve_preview, name="upload_preview"),
    path("media/<slug:slug>/removed/<uuid:photo_id>", stand_ins.serve_removed, name="removed"),
    path("internal/media/<slug:slug>", gate.answer_gate, name="gate"),
    path("accounts/", include("allauth.urls")),
    path("admin/checkup/", admin.site.admin_view(checkup), name="checkup"),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    *doctor,
    path("api/v1/", api.urls),
]
handler404 = "salon.errors.page_not_found"
handler500 = "salon.errors.server_error"
