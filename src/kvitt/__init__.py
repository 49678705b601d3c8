"""Kvitt keeps WooCommerce orders and Klarna orders in step."""

__version__ = "0.1.0"
