"""The tracker's models in the admin, a module for each of the models' own."""

from tracker.admin import activity, catalogue, weeks

__all__ = ["activity", "catalogue", "weeks"]
