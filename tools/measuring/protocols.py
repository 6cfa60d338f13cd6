"""Protocols, just enough of each for a client to be satisfied.

Each is a greeting and a function from what was received to what is answered.
"""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Goodbye(bytes):
    """The last answer: then it is hung up."""


class Protocol(NamedTuple):
    """What is said first, and what to each thing received."""

    greeting: bytes = b""
    answer: Callable[[bytes], bytes] = lambda _: b""
    is_encrypted: bool = False


def _lines(ok: bytes, **special: bytes) -> Callable[[bytes], bytes]:
    """Protocols of lines: an answer by the first word, `ok` to every other."""

    def answer(received: bytes) -> bytes:
        word = received.split(None, 1)[0].upper().decode("ascii", "replace") if received else ""
        return special.get(word, ok)

    return answer


def _imap(received: bytes) -> bytes:
    tag, _, rest = received.partition(b" ")
    said = b""
    if rest.upper().startswith(b"CAPABILITY"):
        said = b"* CAPABILITY IMAP4rev1\r\n"
    if rest.upper().startswith(b"LOGOUT"):
        said = b"* BYE\r\n"
    return said + tag + b" OK done\r\n"


def _http(body: bytes, kind: bytes = b"application/json", extra: bytes = b"") -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s\r\n"
    return head % (kind, len(body), extra) + body


def _web(received: bytes) -> bytes:
    """Any request gets an object that suits the clients that are measured; HEAD gets no body."""
    if b"HTTP/1." not in received.split(b"\r\n", 1)[0]:
        return b""
    path = received.split(b" ", 2)[1]
    for part, body in _BODIES.items():
        if part in path:
            return _http(body)
    return _http(
        b'{"ok": true, "version": "1.0.0", "ApiVersion": "1.41",'
        b' "value": {"sessionId": "1", "capabilities": {}}}'
    )


_BODIES = {
    b"wsdl": b"<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'/>",
    b"_cat": b"[]",
    b"feed": b"<rss version='2.0'><channel><title>t</title></channel></rss>",
}


def _websocket(received: bytes) -> bytes:
    found = re.search(rb"(?i)sec-websocket-key: *(\S+)", received)
    if not found:
        return Goodbye(b"\x88\x00") if received[0] == 0x88 else b""
    magic = found[1] + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = base64.b64encode(hashlib.sha1(magic).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


def _mqtt(received: bytes) -> bytes:
    kind = received[0] >> 4
    if kind == 8:  # SUBSCRIBE: the packet's number comes back
        return b"\x90\x03" + received[2:4] + b"\x00"
    return {1: b"\x20\x02\x00\x00", 12: b"\xd0\x00", 14: Goodbye()}.get(kind, b"")


def _stomp(received: bytes) -> bytes:
    receipt = re.search(rb"receipt:(\S+)", received)
    if receipt:
        return Goodbye(b"RECEIPT\nreceipt-id:" + receipt[1] + b"\n\n\0\n")
    return b"CONNECTED\nversion:1.2\nheart-beat:0,0\n\n\0\n"


def _ldap(received: bytes) -> bytes:
    """Success to whatever was asked, by the number and the kind of the request."""
    at = received.find(b"\x02\x01")
    number, kind = received[at + 2 : at + 3], received[at + 3 : at + 4]
    answers = {b"\x60": b"\x61", b"\x63": b"\x65", b"\x77": b"\x78"}
    if kind == b"\x42":
        return Goodbye()
    inner = answers.get(kind, b"\x61") + b"\x07\x0a\x01\x00\x04\x00\x04\x00"
    return b"\x30" + bytes([3 + len(inner)]) + b"\x02\x01" + number + inner


def _zookeeper(received: bytes) -> bytes:
    """A session for the first packet; a header without error for each later one."""
    if len(received) > 24 and received[4:8] == b"\0\0\0\0" and received[8:16] == bytes(8):
        session = struct.pack(">iiqi", 0, 10000, 1, 16) + bytes(16) + b"\0"
        return struct.pack(">i", len(session)) + session
    number = struct.unpack(">i", received[4:8])[0]
    body = struct.pack(">iqi", number, 1, 0)
    return struct.pack(">i", len(body)) + body


def _mongo(received: bytes) -> bytes:
    """`hello` of a single server, to every message."""
    number = received[4:8]
    document = _bson(
        [
            (b"helloOk", True),
            (b"ismaster", True),
            (b"isWritablePrimary", True),
            (b"maxBsonObjectSize", 16777216),
            (b"maxMessageSizeBytes", 48000000),
            (b"maxWriteBatchSize", 100000),
            (b"minWireVersion", 0),
            (b"maxWireVersion", 21),
            (b"n", 1),
            (b"ok", 1),
        ]
    )
    if received[12:16] == struct.pack("<i", 2004):
        body = struct.pack("<iqii", 8, 0, 0, 1) + document
        return struct.pack("<i", 16 + len(body)) + b"\1\0\0\0" + number + b"\1\0\0\0" + body
    body = b"\0\0\0\0\0" + document
    return struct.pack("<i", 16 + len(body)) + b"\1\0\0\0" + number + b"\xdd\x07\0\0" + body


def _bson(pairs: list[tuple[bytes, bool | int]]) -> bytes:
    parts = [
        b"\x08" + name + b"\0" + bytes([value])
        if isinstance(value, bool)
        else b"\x10" + name + b"\0" + struct.pack("<i", value)
        for name, value in pairs
    ]
    inner = b"".join(parts)
    return struct.pack("<i", len(inner) + 5) + inner + b"\0"


_SMTP = _lines(b"250 ok\r\n", QUIT=b"221 bye\r\n")
_POP = _lines(b"+OK\r\n")
_FTP = _lines(b"230 in\r\n", QUIT=b"221 bye\r\n")
_NNTP = _lines(b"500 what\r\n", QUIT=b"205 bye\r\n", MODE=b"200 reader\r\n")

_EVENTS = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
    b'event: put\ndata: {"path": "/", "data": 1}\n\n'
)

PROTOCOLS: dict[str, Protocol] = {
    "silent": Protocol(),
    "events": Protocol(answer=lambda _: _EVENTS),
    "http": Protocol(answer=_web),
    "https": Protocol(answer=_web, is_encrypted=True),
    "websocket": Protocol(answer=_websocket),
    "tls": Protocol(is_encrypted=True),
    "smtp": Protocol(b"220 here\r\n", _SMTP),
    "smtps": Protocol(b"220 here\r\n", _SMTP, is_encrypted=True),
    "pop3": Protocol(b"+OK here\r\n", _POP),
    "pop3s": Protocol(b"+OK here\r\n", _POP, is_encrypted=True),
    "imap": Protocol(b"* OK here\r\n", _imap),
    "imaps": Protocol(b"* OK here\r\n", _imap, is_encrypted=True),
    "ftp": Protocol(b"220 here\r\n", _FTP),
    "nntp": Protocol(b"200 here\r\n", _NNTP),
    "mqtt": Protocol(answer=_mqtt),
    "stomp": Protocol(answer=_stomp),
    "ldap": Protocol(answer=_ldap),
    "zookeeper": Protocol(answer=_zookeeper),
    "mongo": Protocol(answer=_mongo),
    "mpd": Protocol(b"OK MPD 0.23.0\n", lambda _: b"OK\n"),
}
