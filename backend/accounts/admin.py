"""People and their devices. Staff switch accounts on and off and say who is staff; participants' choices are their own."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from backend.accounts.models import Device, ProfileChange, PushToken, User
from backend.audit.exports import CsvExport
from backend.audit.participant_rows import ParticipantRowsAdmin

OWN_CHOICES = (
    "home_time_zone",
    "language",
    "hide_numbers",
    "preferred_origins",
    "weekly_email",
    "weekly_email_weekday",
    "weekly_email_hour",
    "next_weekly_email_at",
    "push_week_ready",
)

for foreign in (Group, EmailAddress, EmailConfirmation, Authenticator, SocialAccount, SocialApp, SocialToken):
    if admin.site.is_registered(foreign):
        admin.site.unregister(foreign)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):  # type: ignore[misc]
    pass


@admin.register(User)
class UserAdmin(CsvExport, DjangoUserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]
    participant = "pk"
    export_fields = ("id", "email", "display_name", "is_active", "is_staff", "date_joined", "last_login", *OWN_CHOICES)
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "display_name", "home_time_zone", "is_active", "is_staff", "date_joined")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("email", "display_name", "=id")
    search_help_text = "Address, name or id"
    ordering = ("-id",)
    show_full_result_count = False
    readonly_fields = ("id", *OWN_CHOICES, "date_joined", "last_login")
    fieldsets = (
        (None, {"fields": ("id", "email", "display_name", "password")}),
        ("Access", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("The participant's own choices", {"fields": OWN_CHOICES}),
        ("Dates", {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "display_name", "password1", "password2", "is_staff")}),)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """An account is switched off, not deleted: what it logged belongs to the participant."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Only a superuser makes staff, or gives anybody more rights than they had."""
        fields: tuple[str, ...] = tuple(super().get_readonly_fields(request, obj))
        if getattr(request.user, "is_superuser", False):
            return fields
        return (*fields, "email", "is_staff", "is_superuser", "groups", "user_permissions")

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Whoever sets somebody's password can sign in as them: superusers only."""
        if not getattr(request.user, "is_superuser", False):
            raise PermissionDenied
        response: HttpResponse = super().user_change_password(request, id, form_url)
        return self.shown(request, response, page="password")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Staff's accounts are changed by superusers."""
        privileged = obj is not None and (obj.is_staff or obj.is_superuser)
        if privileged and not getattr(request.user, "is_superuser", False):
            return False
        return bool(super().has_change_permission(request, obj))


@admin.register(Device)
class DeviceAdmin(ParticipantRowsAdmin):
    list_display = ("user", "name", "platform", "app_version", "created_at", "last_seen_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    exclude = ("session_key",)
    own_id = "id"
    ordering = ("-id",)
    actions = ("sign_out",)

    @action(description="Sign these devices out", permissions=["act"])
    def sign_out(self, request: HttpRequest, queryset: QuerySet[Device]) -> None:
        count = Device.objects.filter(pk__in=queryset).revoke(now=timezone.now())
        messages.success(request, f"{count} devices signed out, at once.")


@admin.register(PushToken)
class PushTokenAdmin(ParticipantRowsAdmin):
    list_display = ("user", "device", "provider", "registered_at")
    list_select_related = ("user", "device")
    list_filter = ("provider",)
    exclude = ("token", "token_hash")
    ordering = ("-id",)


@admin.register(ProfileChange)
class ProfileChangeAdmin(ParticipantRowsAdmin):
    list_display = ("user", "field", "before", "after", "changed_at")
    list_filter = ("field",)
    ordering = ("-id",)


@admin.register(EmailAddress)
class EmailAddressAdmin(ParticipantRowsAdmin):
    list_display = ("email", "user", "verified", "primary")
    list_filter = ("verified", "primary")
    ordering = ("-id",)


@admin.register(Authenticator)
class AuthenticatorAdmin(ParticipantRowsAdmin):
    """Second factors. What they are made of is shown to nobody."""

    list_display = ("user", "type", "created_at", "last_used_at")
    exclude = ("data",)
    ordering = ("-id",)


@admin.register(SocialAccount)
class SocialAccountAdmin(ParticipantRowsAdmin):
    """Accounts at Apple or Google that sign somebody in."""

    list_display = ("user", "provider", "date_joined", "last_login")
    list_filter = ("provider",)
    exclude = ("extra_data",)
    ordering = ("-id",)
