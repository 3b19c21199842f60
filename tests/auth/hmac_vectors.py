#!/usr/bin/env python3
"""Test vectors of the CRM-HMAC-SHA256 signature (docs/contract.md, "Signed requests"), made with Python's own hmac.

usage: hmac_vectors.py            prints hmac_vectors.json
       hmac_vectors.py --check    compares what it would print with the file beside it
"""

import hashlib
import hmac
import json
import pathlib
import sys

SCHEME = "CRM-HMAC-SHA256"
KEY_ID = "engine-1"
FILE = pathlib.Path(__file__).with_name("hmac_vectors.json")
SECRET = "example-secret"
TIME = 1770552000
SHORT_BODY = '{"customer":{"name":"Jane Smith","status":"lead"}}'

# name, secret, method, target, timestamp, nonce, body
INPUTS = [
    ("a GET with a query", SECRET, "GET", "/api/v1/customers?status=past&services=fertilizer,weed_control", TIME,
     "b2a4f0c96d1e4c7f8a53", ""),
    ("a GET without a query", SECRET, "GET", "/api/v1/customers/6f1d2c9e-4b7a-4e58-9c3d-2a8b5e7f1034", TIME,
     "0123456789abcdef", ""),
    ("a HEAD is signed as HEAD", SECRET, "HEAD", "/api/v1/customers/6f1d2c9e-4b7a-4e58-9c3d-2a8b5e7f1034", TIME,
     "0123456789abcdef-head", ""),
    ("percent-encoded UTF-8 stays as it is sent", SECRET, "GET",
     "/api/v1/customers/search?q=Zo%C3%AB%20O%27Brien%2Bx&page=2", TIME + 1, "n.o-n_c.e-0123456789", ""),
    ("the case of percent-encoding and the order of parameters count", SECRET, "GET",
     "/api/v1/customers?services%5b%5D=b&services%5B%5d=a&city=%e2%82%ac", TIME, "ABCDEFGHIJKLMNOP", ""),
    ("a POST with a JSON body", SECRET, "POST", "/api/v1/customers", TIME, "6d3c5b1e0f9a48278d61", SHORT_BODY),
    ("a POST with an empty body", SECRET, "POST", "/api/v1/customers", TIME, "6d3c5b1e0f9a48278d62", ""),
    ("a body that is not ASCII", SECRET, "PATCH", "/api/v1/customers/a%2Fb", TIME, "6d3c5b1e0f9a48278d63",
     '{"customer":{"name":"José Nguyễn 山田 🌱","notes":"line\\n\u2028\ttab"}}'),
    ("a body with line ends and a final newline", SECRET, "POST", "/api/v1/customers", TIME, "6d3c5b1e0f9a48278d64",
     '{\r\n  "customer": {"name": "A"}\r\n}\n'),
    ("a secret of 64 bytes, one block", "k" * 64, "POST", "/api/v1/customers", TIME, "6d3c5b1e0f9a48278d65", SHORT_BODY),
    ("a secret of 65 bytes, which is hashed first", "k" * 65, "POST", "/api/v1/customers", TIME, "6d3c5b1e0f9a48278d65",
     SHORT_BODY),
    ("a secret of 131 bytes that is not ASCII", "schlüssel-" + "ß" * 60, "GET", "/api/v1/invoices?status=overdue", TIME,
     "6d3c5b1e0f9a48278d66", ""),
    ("a secret of one byte", "s", "GET", "/api/v1/invoices", TIME, "6d3c5b1e0f9a48278d67", ""),
    ("the longest nonce", SECRET, "GET", "/", TIME, "N" * 127 + "-", ""),
    ("an early timestamp", SECRET, "GET", "/api/v1/invoices", 1, "6d3c5b1e0f9a48278d68", ""),
]


def canonical(method, target, timestamp, nonce, body):
    """The text that is signed; `body` is bytes."""
    return "\n".join([SCHEME, method, target, str(timestamp), nonce, hashlib.sha256(body).hexdigest()])


def sign(secret, text):
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def authorization(key_id, timestamp, nonce, signature):
    return f'{SCHEME} keyid="{key_id}", timestamp="{timestamp}", nonce="{nonce}", signature="{signature}"'


def vectors():
    for name, secret, method, target, timestamp, nonce, body in INPUTS:
        text = canonical(method, target, timestamp, nonce, body.encode())
        signature = sign(secret, text)
        yield {"name": name, "key_id": KEY_ID, "secret": secret, "method": method, "target": target,
               "timestamp": timestamp, "nonce": nonce, "body": body, "canonical": text, "signature": signature,
               "authorization": authorization(KEY_ID, timestamp, nonce, signature)}


def main():
    text = json.dumps(list(vectors()), indent=2) + "\n"
    if sys.argv[1:] == ["--check"]:
        if FILE.read_text() != text:
            sys.exit(f"{FILE.name} is not what {pathlib.Path(__file__).name} prints")
    elif sys.argv[1:]:
        sys.exit(__doc__)
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
