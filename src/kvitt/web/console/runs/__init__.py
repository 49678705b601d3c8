"""One command for many orders: chosen in a list, reviewed, begun, followed and stopped.

The law: what is begun is what the review has shown, order by order; rights are asked for
each order's own shop, at the review and again when it is begun.
"""
