"""``kvitt serve`` and ``kvitt migrate``: run an installation."""

from rich.console import Console

from kvitt import bootstrap
from kvitt import settings as configuration
from kvitt.settings import Settings
from kvitt.web.server import Running, free_port
from kvitt.web.server import serve as serve_forever

console = Console(highlight=False)


def serve(*, host: str | None = None, port: int | None = None) -> None:
    """Serve the console and the webhooks, and keep orders in step.

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
    bootstrap.start_django(settings)
    bootstrap.migrate()
    console.print(f"kvitt serves http://{settings.host}:{settings.port}/ (Ctrl-C stops)")
    run(settings)


def migrate() -> None:
    """Bring the database to the shape that this version needs."""
    settings = configuration.load_or_create()
    bootstrap.start_django(settings)
    bootstrap.migrate()
    console.print("The database is up to date.")


def run(settings: Settings) -> None:
    """Serve until a signal comes."""

    def start() -> Running:
        from kvitt.web import wsgi

        parts = bootstrap.assemble(settings)
        bootstrap.open_console(parts)
        engine = bootstrap.engine_of(parts)
        application = wsgi.build(settings, on_hint=parts.bell.ring)
        engine.start()

        def stop() -> None:
            engine.stop()
            application.close()

        return Running(application=application, stop=stop)

    close_connections()
    serve_forever(
        start,
        host=settings.host,
        port=settings.port,
        threads=settings.threads,
        workers=settings.workers,
    )


def close_connections() -> None:
    """Let go of the database before the server forks: connections do not survive that."""
    from django.db import connections

    connections.close_all()
