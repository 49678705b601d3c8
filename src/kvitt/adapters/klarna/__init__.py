"""Klarna's Order Management v1: pure wire and translation, and a thin client over them."""
