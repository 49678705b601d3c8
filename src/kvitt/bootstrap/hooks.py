"""The merchant's own changes to what Klarna is sent, found where the settings say.

The law: a name that cannot be loaded stops the start; kvitt never runs without hooks that
were asked for.
"""

from importlib import import_module

from kvitt.domain.errors import ConfigurationError
from kvitt.domain.hooks import NO_HOOKS, Hooks
from kvitt.settings import Settings


def hooks_of(settings: Settings) -> Hooks:
    """Return the hooks that the settings name as ``module:name``. Raises ConfigurationError."""
    if not settings.hooks:
        return NO_HOOKS
    module, _, name = settings.hooks.partition(":")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(
            f"the hooks {settings.hooks} cannot be loaded: {error}; KVITT_HOOKS is module:name"
        ) from error
    if not isinstance(found, Hooks):
        raise ConfigurationError(f"{settings.hooks} is not a kvitt.Hooks")
    return found
