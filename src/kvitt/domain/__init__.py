"""The domain: what an order is, and what to do when its two halves disagree.

Standard library only. Nothing below this line does I/O, reads a clock, draws a
random number or touches a float.
"""
