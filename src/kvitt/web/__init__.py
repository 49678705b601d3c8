"""The Django project: settings, addresses, the WSGI application, the webhook front."""
