"""Of what, when and how somebody wants to be told."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.http import QueryDict

from accounts.models import User
from rooms import access
from rooms.actions import notifications as actions
from rooms.models import Attention, Level

ZONES = [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones()) if "/" in zone and not zone.startswith("Etc/")]


class AttentionForm(forms.ModelForm[Attention]):
    """One field for each room besides those of the person."""

    time_zone = forms.ChoiceField(label="Your time zone", choices=[("UTC", "UTC"), *ZONES], widget=forms.Select(attrs={"data-zone": True}))

    class Meta:
        model = Attention
        fields = ("digest", "quiet_from", "quiet_to", "time_zone")
        labels = {"digest": "A mail with what you missed", "quiet_from": "Do not disturb me from", "quiet_to": "until"}  # noqa: RUF012
        widgets = {  # noqa: RUF012
            "digest": forms.RadioSelect,
            "quiet_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "quiet_to": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def __init__(self, data: QueryDict | None, user: User) -> None:
        super().__init__(data, instance=actions.attention_of(user))
        self.members = {f"room-{member.room.slug}": member for member in access.memberships(user).order_by("room__name")}
        for name, member in self.members.items():
            self.fields[name] = forms.ChoiceField(label=member.room.name, choices=Level.choices, initial=member.notify)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (cleaned.get("quiet_from") is None) != (cleaned.get("quiet_to") is None):
            self.add_error("quiet_to", "Give both times, or neither.")
        return cleaned

    def save(self, commit: bool = True) -> Attention:
        for name, member in self.members.items():
            actions.set_level(member, Level(self.cleaned_data[name]))
        return super().save(commit)

    @property
    def rooms(self) -> list[forms.BoundField]:
        return [self[name] for name in self.members]
