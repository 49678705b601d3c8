"""Connecting shops, and how each of them is."""
