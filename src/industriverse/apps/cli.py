"""The command line's entry point: the terminal face, with the server beside it."""

from industriverse.interfaces.cli import app, run

from .serve import serve

app.command("serve")(serve)

__all__ = ["run"]

if __name__ == "__main__":
    run()
