"""``kvitt serve`` and ``kvitt migrate``: run an installation."""

from rich.console import Console

from kvitt import settings as configuration
from kvitt.settings import Settings
from kvitt.web.server import Running, free_port
from kvitt.web.server import serve as serve_forever

console = Console(highlight=False)


def serve(*, host: str | None = None, port: int | None = None) -> None:
    """Serve the console and the webhooks, and keep orders in step.

    Example: kvitt serve --port 8000

    Parameters
    ----------
    host
        Address to listen at; else KVITT_HOST.
    port
        Port to listen at; else KVITT_PORT.
    """
    given = {name: value for name, value in (("host", host), ("port", port)) if value}
    settings = configuration.load_or_create(**given)
    free_port(settings.host, settings.port, search=False)
    serve_forever(
        lambda: _start(settings),
        host=settings.host,
        port=settings.port,
        threads=settings.threads,
        workers=settings.workers,
    )
    console.print("Stopped.")


def migrate() -> None:
    """Bring the database to the shape that this version needs.

    Example: kvitt migrate
    """
    from kvitt import bootstrap

    bootstrap.start_django(configuration.load_or_create())
    bootstrap.migrate()
    console.print("The database is up to date.")


def _start(settings: Settings) -> Running:
    """Start everything that lives in the serving process."""
    from kvitt import bootstrap
    from kvitt.web import wsgi

    bootstrap.start_django(settings)
    bootstrap.migrate()
    # Models can be imported only now.
    from kvitt.web.accounts import people

    parts = bootstrap.assemble(settings)
    bootstrap.open_console(parts)
    engine = bootstrap.engine_of(parts)
    application = wsgi.build(settings, on_hint=parts.bell.ring)
    engine.start()

    def ready() -> None:
        address = f"http://{settings.host}:{settings.port}/"
        console.print(f"kvitt serves {address} (Ctrl-C stops)")
        if not people.anybody():
            console.print("Nobody can sign in yet: kvitt user add anna --role owner")

    def stop() -> None:
        # Not under a call that is left: it would take that for a failure of Klarna's.
        if engine.stop():
            parts.connections.close()

    def close() -> None:
        application.close()

    return Running(application=application, stop=stop, close=close, ready=ready)
