"""`make bench`: ratios, each measured against a floor in the same run on the same machine. Never part of the tests."""
