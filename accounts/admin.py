from django.contrib import admin

from accounts.models import User


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    list_display = ("email", "name", "is_active", "is_staff", "date_joined")
    search_fields = ("email", "name")
    fields = ("email", "name", "is_active", "is_staff", "is_superuser")
    readonly_fields = ("email",)

    def has_add_permission(self, request: object) -> bool:
        return False  # `manage.py adduser` and sign-up make accounts whole; a bare row could not sign in

    def has_delete_permission(self, request: object, obj: User | None = None) -> bool:
        return False  # it would leave rooms without an owner and members without an event; deactivate instead
