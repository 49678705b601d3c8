"""WooCommerce's REST API v3: pure wire and translation, and thin clients over them."""
