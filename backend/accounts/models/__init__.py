"""People, the devices they sign in with, and what signing in keeps for a moment."""

from backend.accounts.models.devices import Device, DeviceToken, PushProvider, PushToken
from backend.accounts.models.profile_changes import ProfileChange
from backend.accounts.models.sign_in import SignIn, UsedNonce
from backend.accounts.models.user import WEEKDAYS, User, UserManager, new_id

__all__ = [
    "WEEKDAYS",
    "Device",
    "DeviceToken",
    "ProfileChange",
    "PushProvider",
    "PushToken",
    "SignIn",
    "UsedNonce",
    "User",
    "UserManager",
    "new_id",
]
