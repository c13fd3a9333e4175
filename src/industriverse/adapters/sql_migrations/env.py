"""Runs the versions on the connection that `sql_engine` hands over."""

from alembic import context


def run() -> None:
    """Run inside the caller's transaction, so that a crash leaves the old schema whole."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection, transactional_ddl=True, transaction_per_migration=False
    )
    with context.begin_transaction():
        context.run_migrations()


if __name__ == "env_py":  # the name under which Alembic loads it; a plain import does nothing
    run()
