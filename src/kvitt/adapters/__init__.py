"""How we reach the world: Klarna, WooCommerce, the network and the database.

Adapters know the domain and never the use cases. They fit the Protocols of
``application/ports.py`` by shape.
"""
