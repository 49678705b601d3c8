"""A WooCommerce shop to train on and test against, written from the facts alone.

`books` keeps what the shop knows, `desk` holds everything that can be done to an order,
`rest` speaks the REST API, `webhooks` tells the world, and `app` puts them behind one WSGI
application. The order screen in `screen` stands on the same desk. Nothing here imports the
rest of kvitt, so that our client and this shop cannot share a mistake.
"""
