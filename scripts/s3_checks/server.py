"""An S3 server for checks: moto's, made to refuse and to count as a real one does.

    python3 -m s3_checks.server PORT LOG

moto asks nobody who he is, stores half of an object whose sender dies, and looks at a condition some time before it writes. Here a
request is signed right or refused, has arrived whole or is refused, and is carried out alone. LOG gets a line a request: method,
path, status.
"""

import hashlib
import hmac
import io
import sys
import threading
from urllib.parse import parse_qsl, quote

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import run_simple

REGION = "eu-west-3"
# Access key: (secret, session token).
PEOPLE = {
    "AKIAFORCHECKS": ("the-secret-of/checks+1", None),
    "ASIAFORCHECKS": ("the-secret-of/the-session", "the-session-token"),
}


def signature(environ, secret, scope, signed):
    """Signature version 4 of a request, as its receiver computes it."""
    path, _, query = environ["RAW_URI"].partition("?")
    # However it came, a parameter is signed in one encoding, and one without a value with an empty one.
    encoded = ((quote(name, safe=""), quote(text, safe="")) for name, text in parse_qsl(query, keep_blank_values=True))
    pairs = ["=".join(pair) for pair in sorted(encoded)]
    value = lambda name: " ".join(environ.get(f"HTTP_{name}", environ.get(name, "")).split())
    headers = [(name, value(name.upper().replace("-", "_"))) for name in signed.split(";")]
    canonical = "\n".join(
        [environ["REQUEST_METHOD"], path, "&".join(pairs)]
        + [f"{name}:{text}" for name, text in headers]
        + ["", signed, environ.get("HTTP_X_AMZ_CONTENT_SHA256", "")]
    )
    text = "\n".join(
        ["AWS4-HMAC-SHA256", environ.get("HTTP_X_AMZ_DATE", ""), scope, hashlib.sha256(canonical.encode()).hexdigest()]
    )
    key = f"AWS4{secret}".encode()
    for part in [*scope.split("/"), text]:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key.hex()


def refusal(environ):
    """Why S3 would not do this for whoever asks, as (code, message), or None."""
    kind, _, rest = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if kind != "AWS4-HMAC-SHA256":
        return "AccessDenied", "Access Denied"
    given = dict(part.strip().split("=", 1) for part in rest.split(","))
    name, _, scope = given["Credential"].partition("/")
    if name not in PEOPLE:
        return "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."
    secret, token = PEOPLE[name]
    if environ.get("HTTP_X_AMZ_SECURITY_TOKEN") != token:
        return "InvalidToken", "The provided token is malformed or otherwise invalid."
    if signature(environ, secret, scope, given["SignedHeaders"]) != given["Signature"]:
        return "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided."
    return None


class Guard:
    def __init__(self, application, log):
        self.application, self.log, self.alone = application, log, threading.Lock()

    def __call__(self, environ, start_response):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else b""
        answered = []

        def answer(status, headers, *rest):
            answered.append(status.split()[0])
            return start_response(status, headers, *rest)

        reason = ("IncompleteBody", "The body is shorter than it says.") if len(body) < length else refusal(environ)
        with self.alone:
            if reason:
                text = f"<?xml version='1.0'?><Error><Code>{reason[0]}</Code><Message>{reason[1]}</Message></Error>".encode()
                said = [("Content-Type", "application/xml"), ("Content-Length", str(len(text)))]
                answer("400 Bad Request" if len(body) < length else "403 Forbidden", said)
                parts = [] if environ["REQUEST_METHOD"] == "HEAD" else [text]
            else:
                parts = list(self.application(environ | {"wsgi.input": io.BytesIO(body)}, answer))
            self.log.write(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {answered[-1]}\n")
            self.log.flush()
        return parts


class Handler(MotoRequestHandler):
    # Connections are kept, as S3 keeps them.
    protocol_version = "HTTP/1.1"

    def log(self, *_):
        """Says nothing: what is asked stands in the log."""


if __name__ == "__main__":
    with open(sys.argv[2], "a", encoding="utf-8") as requests:
        guarded = Guard(DomainDispatcherApplication(create_backend_app), requests)
        run_simple("127.0.0.1", int(sys.argv[1]), guarded, threaded=True, request_handler=Handler)
