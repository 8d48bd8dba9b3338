"""`make demo`: an example study, from nothing to a summary mail, over the same doors that a phone uses."""
