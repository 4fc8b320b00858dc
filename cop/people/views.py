"""What a field asks while one types: communes, from a public list."""

from typing import Final

from flask import Blueprint, Response, jsonify, request

from cop.core.access import public
from cop.people import queries_communes as communes

blueprint = Blueprint("people", __name__)
BLUEPRINTS: Final = (blueprint,)
LONGEST: Final = 60


@blueprint.get("/communes")
@public
def find_communes() -> Response:
    """Names and postal codes that begin like ``q``; nothing about anybody, so browsers may keep it."""
    found = communes.matching(request.args.get("q", "")[:LONGEST], proposals=True)
    response = jsonify([{"label": commune.label, "value": commune.id} for commune in found])
    response.cache_control.public = True
    response.cache_control.max_age = 3600
    return response
