"""A second witness: a shop and a Klarna to practise on and to be tested against.

Nothing here imports the rest of kvitt. The sandbox is written from the two
services' own documentation, so that our client and it cannot share a mistake.
"""
