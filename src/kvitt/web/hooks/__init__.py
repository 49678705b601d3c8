"""The webhook front: the only part of the web server that is not Django's."""
