"""The tracker's models in the admin, a module for each of the models' own."""

from tracker.admin import activity, catalogue, guidance, own_records, weeks

__all__ = ["activity", "catalogue", "guidance", "own_records", "weeks"]
