"""The use cases: what happens to an order, told in the order it happens.

They know the domain and the Protocols in ``ports.py``; ``bootstrap`` gives
them the adapters.
"""
