"""What a WSGI server loads: ``gunicorn wsgi:app``."""

from cop.app import create_app

app = create_app()
