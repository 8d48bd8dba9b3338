"""Guidance for a week: which texts there are (`library`), what a step adds (`steps`), which is chosen (`choosing`), how it is
said (`words`) and shown (`documents`)."""
