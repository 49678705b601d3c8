"""Which kvitt this is. It stands alone, so that every floor may say it."""

__version__ = "0.1.0"
