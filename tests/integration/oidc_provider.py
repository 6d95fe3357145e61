"""An OpenID Connect provider for tests: real HTTP, real keys, PKCE, codes that work once.

It refuses what a strict provider refuses. `lies` lets a test change what it says, so that what is
proven is what the desk believes.
"""

import base64
import hashlib
import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "baken desk", "s3cret/with:signs"


class OidcProvider:
    """What the server knows.

    Attributes:
        issuer: its name for itself.
        claims: about who signs in next.
        returns_to: the only address that people are sent back to.
        lies: claims, metadata and more that differ from the truth, by name.
        key: that it signs with; a test may change it.
        asked: paths that were asked for.
    """

    def __init__(self, issuer):
        self.issuer = issuer
        self.claims = {"sub": "1", "email": "mia@desk.example", "email_verified": True}
        self.returns_to = None
        self.lies = {}
        self.key = RSAKey.generate_key(2048, {"kid": "first"})
        self.asked = []
        self._codes = {}
        self._tokens = {}

    def metadata(self):
        at = self.issuer
        return {
            "issuer": at,
            "authorization_endpoint": f"{at}/authorise?tenant=1",
            "token_endpoint": f"{at}/token",
            "userinfo_endpoint": f"{at}/userinfo",
            "jwks_uri": f"{at}/keys",
            "response_types_supported": ["code"],
            "authorization_response_iss_parameter_supported": True,
            **self.lies.get("metadata", {}),
        }

    def authorise(self, asked):
        """Sign somebody in, and return where their browser is sent."""
        assert asked["client_id"] == CLIENT
        assert asked["redirect_uri"] == self.returns_to
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = f"code-{len(self._codes)}"
        self._codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.issuer}
        answer |= self.lies.get("answer", {})
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def token(self, form, authorization):
        """Return tokens for a code, or None where something is not as it was."""
        asked = self._codes.pop(form["code"], None)
        pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        verifier = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        if (
            asked is None
            or [unquote(part) for part in pair.split(":")] != [CLIENT, SECRET]
            or challenge != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return None
        access = f"access-{form['code']}"
        self._tokens[access] = dict(self.claims)
        return {"access_token": access, "token_type": "Bearer", "id_token": self._signed(asked)}

    def _signed(self, asked):
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.claims,
            **self.lies.get("claims", {}),
        }
        for name in self.lies.get("withheld", ()):
            del claims[name]
        algorithm = self.lies.get("algorithm", "RS256")
        if algorithm == "none":
            header = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
            body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
            return f"{header}.{body}."
        key = self.lies.get("key", self.key)
        header = {"alg": algorithm, "kid": self.key.kid}
        return jwt.encode(header, claims, key, algorithms=[algorithm])

    def userinfo(self, authorization):
        found = self._tokens.get(authorization.removeprefix("Bearer "))
        return found and {**found, **self.lies.get("userinfo", {})}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        known, parts = self.server.provider, urlsplit(self.path)
        known.asked.append(parts.path)
        if parts.path == "/.well-known/openid-configuration":
            self._say(known.metadata())
        elif parts.path == "/keys":
            self._say({"keys": [known.key.as_dict(private=False)]})
        elif parts.path == "/userinfo":
            self._say(known.userinfo(self.headers.get("Authorization", "")))
        elif parts.path == "/authorise":
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self.send_response(303)
            self.send_header("Location", known.authorise(asked))
            self.end_headers()
        else:
            self.send_error(404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self._say(self.server.provider.token(form, self.headers.get("Authorization", "")))

    def _say(self, content):
        data = json.dumps(content or {"error": "invalid_grant"}).encode()
        self.send_response(200 if content else 400)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@contextmanager
def running():
    """Run a provider on a free port of this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.provider = OidcProvider(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.provider
        finally:
            server.shutdown()
            thread.join()
