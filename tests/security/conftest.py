"""The connected practice shop that the integration tests use, for the tests here as well."""

from integration.conftest import world

__all__ = ["world"]
