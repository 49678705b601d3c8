"""The sandbox's own desk: a JSON interface under `/__sim`, and pages for people.

Law: nothing here is Klarna's. It looks at the books and moves them through `portal.py`,
the clock, the switches and the faults; it never answers on a path of Klarna's.
"""
