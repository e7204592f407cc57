"""Style sheets and scripts: all from this server, under names that change with the content."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

from flask import Blueprint, Response, abort, request, url_for

OURS = Path(__file__).parent / "static"
THEIRS = {
    "bootstrap.css": ("flask_bootstrap", "static/bootstrap5/css/bootstrap.min.css"),
    "htmx.js": ("js_lib_htmx", "static/htmx/htmx.min.js"),
}
"""Name -> package and path in it. Packages are found, never imported: one wants Django."""
A_YEAR = 365 * 24 * 3600
COMPRESSIBLE = ("text/", "image/svg")


@dataclass(frozen=True)
class Asset:
    name: str
    content: bytes = field(repr=False)

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def compressed(self) -> bytes:
        return gzip.compress(self.content, mtime=0)

    @property
    def media_type(self) -> str:
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"


def routes() -> Blueprint:
    """Return the route that serves them, and `asset(name)` for templates."""
    blueprint = Blueprint("assets", __name__, url_prefix="/assets")
    known = {asset.name: asset for asset in _all()}

    @blueprint.get("/<digest>/<name>")
    def one(digest: str, name: str) -> Response:
        asset = known.get(name) or abort(404)
        return _answer(asset)

    @blueprint.app_template_global("asset")
    def url(name: str) -> str:
        return url_for("assets.one", digest=known[name].digest[:12], name=name)

    return blueprint


def find(name: str) -> Path:
    """Return where a file of a package lies."""
    package, inside = THEIRS[name]
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"{package} is not installed: pip install -r requirements.txt")
    return Path(spec.submodule_search_locations[0]) / inside


def _all() -> list[Asset]:
    theirs = [Asset(name, find(name).read_bytes()) for name in THEIRS]
    return theirs + [Asset(path.name, path.read_bytes()) for path in sorted(OURS.iterdir())]


def _answer(asset: Asset) -> Response:
    response = Response(asset.content, mimetype=asset.media_type)
    response.headers["Vary"] = "Accept-Encoding"
    if asset.media_type.startswith(COMPRESSIBLE) and request.accept_encodings["gzip"] > 0:
        response.set_data(asset.compressed)
        response.content_encoding = "gzip"
    response.cache_control.public = True
    response.cache_control.max_age = A_YEAR
    response.cache_control.immutable = True
    return response
