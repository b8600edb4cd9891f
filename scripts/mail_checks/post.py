"""Mail servers on this machine: good ones, as aiosmtpd makes them, and bad ones that answer as they are told to."""

import asyncio
import logging
import socket
import ssl
import subprocess
import threading
import time
import warnings
from collections import defaultdict

from aiosmtpd.smtp import SMTP, AuthResult

# The library tells of every handshake that fails, as those here have to, and warns of passwords behind encryption that it cannot see.
logging.getLogger("mail.log").setLevel(logging.CRITICAL + 1)
warnings.filterwarnings("ignore", module="aiosmtpd")
USER, PASSWORD = "ana.sender@sender.example", "correct-horse-battery"
SENDER = f"Moodlake <{USER}>"


class Authority:
    """An authority of certificates, and the one of `localhost`, made by the openssl command."""

    def __init__(self, folder):
        folder.mkdir(parents=True)
        self.file = folder / "ca.pem"
        key, request, own, own_key, more = (folder / name for name in ("ca.key", "own.csr", "own.pem", "own.key", "own.ext"))
        more.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n", encoding="utf-8")
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", self.file, "-days", "2", "-subj",
                "/CN=Authority of a check")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", own_key, "-out", request, "-subj", "/CN=localhost")
        openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", key, "-CAcreateserial", "-out", own, "-days", "2",
                "-extfile", more)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(own, own_key)


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Post:
    """A server that takes mail. `encryption` is None, "starttls" or "tls"; where there is some, users prove who they are.

    `refusals` maps a command to the answers that it gets first, one a try, and "…" as the last one repeats the one before it."""

    def __init__(self, authority=None, encryption=None, refusals=None, delay=0.0):
        self.letters, self.accepted, self.tries = [], defaultdict(list), []
        self.refusals, self.delay = {command: list(answers) for command, answers in (refusals or {}).items()}, delay
        options = {"ident": "post.example", "hostname": "localhost", "timeout": 120}
        if encryption:
            options |= {"authenticator": self.judge, "auth_required": True, "auth_require_tls": encryption == "starttls"}
        if encryption == "starttls":
            options |= {"tls_context": authority.context, "require_starttls": True}
        self.make, self.context = (lambda: SMTP(self, loop=self.loop, **options)), authority.context if encryption == "tls" else None
        self.loop = asyncio.new_event_loop()

    def __enter__(self):
        self.server = self.loop.run_until_complete(self.loop.create_server(self.make, "127.0.0.1", 0, ssl=self.context))
        self.port = self.server.sockets[0].getsockname()[1]
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.server.close)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    def judge(self, _server, _session, _envelope, _mechanism, given):
        self.tries.append((given.login.decode(), given.password.decode()))
        is_right = self.tries[-1] == (USER, PASSWORD)
        return AuthResult(success=is_right, handled=is_right)

    def refusal(self, command):
        answers = self.refusals.get(command, [])
        if len(answers) > 1 and answers[1] == "…":
            return answers[0]
        return answers.pop(0) if answers else None

    async def pause(self):
        if self.delay:
            await asyncio.sleep(self.delay)

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        await self.pause()
        refused = self.refusal("RCPT")
        if refused:
            return refused.format(address=address)
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, _server, _session, envelope):
        refused = self.refusal("DATA")
        if refused:
            return refused
        self.letters.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
        for address in envelope.rcpt_tos:
            self.accepted[address].append((time.monotonic(), envelope.original_content))
        return "250 it is here"


class Rude:
    """A server of which every answer is told: none at all where `answers` lacks the greeting."""

    def __init__(self, answers=None):
        self.answers, self.heard, self.connections = answers or {}, [], 0

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection):
        with connection, connection.makefile("rwb", buffering=0) as lines:
            if "greeting" in self.answers:
                lines.write(self.answers["greeting"].encode() + b"\r\n")
            try:
                for line in lines:
                    self.heard.append(line)
                    command = line.split(b" ")[0].strip().decode(errors="replace").upper()
                    answer = self.answers.get(command)
                    if answer:
                        lines.write(answer.encode() + b"\r\n")
            except OSError:
                pass
