#!/usr/bin/env python3
"""Shows that the weekly recap arrives by mail, once, whole and readable, and that nobody else learns of it.

    python3 scripts/check_recap_mail.py MOODLAKE [--short] [--pictures DIR] [--kills N]
                                        (needs: pip install -r scripts/requirements.txt; openssl; Chromium and chromedriver)

In a demo lake, with servers on this machine (mail_checks/post.py):

    letter     sent in the open on this machine, by STARTTLS and by TLS with a password and an authority of certificates of its own:
               received once, with its headers, its two texts with the same figures, and the pictures that its HTML asks for; the same
               Message-ID when it is sent again, none with --once; --dry-run writes the same; hostile names of a listener and of tracks
    refusals   a wrong password, a refused recipient, greylisting, servers that hang up, offer no encryption, have a certificate of
               nobody, or are not there: told as what they are, with nothing sent that should not be, and nobody's address told again
    kills      SIGKILL at random moments, until it is done: one Message-ID, and a second mail only where nobody could know
    secrets    no password, user or address in what any of these commands wrote at -vv, nor in the files beside the lake
    looks      the HTML in Chromium at 600 and 360 pixels

Prints a line a probe; exits 1 when one fails. --short kills less and leaves out the server that never answers, which takes minutes.
"""

import argparse
import base64
import json
import random
import re
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

from lake_checks import hostile
from lake_checks.program import PANIC, Program, said
from lake_checks.screen import Probe
from mail_checks.letter import Letter
from mail_checks.page import look
from mail_checks.post import PASSWORD, SENDER, USER, Authority, Post, Rude

TO, NAMED = "ben.recipient@recipient.example", "Ben Recipient <ben.recipient@recipient.example>"
WEEKS = "SELECT to_char(date_trunc('week', played_at_local), '%G-W%V') AS week, count(*) AS plays FROM silver.listening_with_features"
RECORDS = ".moodlake.recaps.json"
REFUSED_TWICE = {"RCPT": ["451 4.7.1 {address} is not known here yet, come back"] * 2}
HANGS_MAX = 400


def settings(port, encryption=None, password=PASSWORD, authority=None, host="localhost", **more):
    found = {"SMTP_HOST": host, "SMTP_PORT": str(port), "SMTP_FROM": SENDER, "SMTP_TLS": encryption or "none"} | more
    if encryption:
        found |= {"SMTP_USER": USER, "SMTP_PASSWORD": password}
    return found | ({"SSL_CERT_FILE": str(authority.file)} if authority else {})


class Check:
    def __init__(self, options, work):
        self.program, self.probe, self.options = Program(options.moodlake), Probe(), options
        self.work, self.lake, self.authority = work, work / "lake", Authority(work / "authority")
        self.written, self.seen, self.guard = [], set(), threading.Lock()
        self.program.must(self.lake, "demo")
        self.week = self.weeks(self.lake)[-1]

    def weeks(self, lake, where=""):
        rows = json.loads(self.program.must(lake, "query", "--format", "json", f"{WEEKS} {where} GROUP BY 1 ORDER BY 1"))
        return [row["week"] for row in rows if row["week"]]

    def recap(self, environment, *arguments, lake=None, to=TO, week=None, timeout=HANGS_MAX):
        """(exit code, stderr) of a recap by mail, at the loudest level."""
        line = ["-vv", "recap", "--week", week or self.week, "--email", *([to] if to else []), *arguments]
        code, out, err = self.program.run(lake or self.lake, *line, environment=environment, timeout=timeout)
        with self.guard:
            self.written.append((" ".join(map(str, arguments)), out + err))
        return code, err.decode(errors="replace")

    def forget(self):
        (self.lake / RECORDS).unlink(missing_ok=True)

    def fails(self, what, environment, says, *arguments, code=1, wrong=()):
        """A recap that has to fail, in these words."""
        ended, err = self.recap(environment, *arguments)
        found = list(wrong() if callable(wrong) else wrong)
        if ended != code or not re.search(says, err.replace("\n", " ")) or "\n  hint: " not in err:
            found.insert(0, f"it ended with {ended}: {' / '.join(err.strip().splitlines()[-3:])}")
        self.probe(what, found)


def letters(check):
    """Sent in the open and encrypted; the last one is looked at closely."""
    authority, found = check.authority, None
    for encryption in (None, "starttls", "tls"):
        check.forget()
        with Post(authority, encryption) as post:
            own = settings(post.port, encryption, authority=authority if encryption else None)
            codes = [check.recap(own, "--once", to=NAMED)[0] for _ in range(2)] + [check.recap(own)[0]]
            wrong = [f"the codes are {codes}"] if codes != [0, 0, 0] else []
            wrong += [f"{len(post.letters)} letters came"] if len(post.letters) != 2 else []
            wrong += [f"it is from {sender} for {people}" for sender, people, _ in post.letters if (sender, people) != (USER, [TO])]
            wrong += ["the password was not asked for"] if encryption and len(post.tries) != 2 else []
        arrived = [Letter(raw) for _, _, raw in post.letters]
        for letter in arrived:
            wrong += letter.wrong()
        wrong += ["the second one is another"] if len({one.says() for one in map(comparable, arrived)}) > 1 else []
        check.probe(f"sent {encryption or 'in the open on this machine'}: once, and again when asked for", wrong)
        found = arrived[0] if arrived else found
    if found is None:
        sys.exit("no letter came")
    return found


class comparable:
    """What a letter says, as something that can be in a set."""

    def __init__(self, letter):
        self.letter = letter

    def says(self):
        text, html, pictures, subject, name = self.letter.says()
        return text, html, tuple(sorted(pictures.items())), subject, name


def content(check, letter):
    figures = json.loads(check.program.must(check.lake, "recap", "--week", check.week, "--format", "json"))
    wrong = []
    for where, words in (("text", letter.text), ("HTML", letter.html)):
        plain = re.sub(r"(?<=\d)[,.\u00a0\u202f\u2009](?=\d{3})", "", words)
        wrong += [f"the {where} lacks {figures[name]} {name}" for name in ("plays",) if not re.search(rf"\b{figures[name]}\b", plain)]
    lacking, more = letter.figures()
    wrong += [f"the text has figures that the HTML lacks: {lacking}"] if lacking else []
    check.probe(f"both texts hold the figures of {check.week}", wrong)
    if more:
        check.probe.told(f"figures of the HTML that the text lacks: {more}")
    check.probe.told(f"{len(letter.raw):,} bytes, {len(letter.pictures)} pictures, subject {str(letter.mail['Subject'])!r}")
    file = check.work / "dry.eml"
    code, err = check.recap(settings(9), "--dry-run", "--output", file)
    written = Letter(file.read_bytes()) if code == 0 and file.exists() else None
    wrong = [f"it ended with {code}: {err}"] if written is None else written.wrong()
    wrong += ["it says something else"] if written and comparable(written).says() != comparable(letter).says() else []
    check.probe("--dry-run writes the same, and asks no server", wrong)


def hostile_names(check):
    """Names that break what does not escape them: of tracks, of artists, of the listener."""
    lake, listener = check.work / "hostile", "evil\r\nBcc: eve@evil.example\x1b[2J\u202e<script>evil()</script> =?utf-8?q?=0ABcc:_x?="
    export = hostile.export(check.work / "export")
    check.program.must(lake, "import", "--user", listener, export)
    check.program.must(lake, "run")
    week = check.weeks(lake)[-2]
    with Post() as post:
        code, err = check.recap(settings(post.port), "--user", listener, lake=lake, week=week)
        arrived = [Letter(raw) for _, _, raw in post.letters]
    wrong = [f"it ended with {code}: {err}"] if code else []
    wrong += [f"{len(arrived)} letters came"] if len(arrived) != 1 else arrived[0].wrong()
    check.probe("hostile names are names", wrong)


def refusals(check):
    authority = check.authority
    check.forget()
    with Post(authority, "starttls") as post:
        check.fails("a wrong password is told at once", settings(post.port, "starttls", "wrong-horse", authority), "does not let the user in",
                    wrong=lambda: [f"{len(post.tries)} tries"] if len(post.tries) != 1 else [])
    with Post(refusals={"RCPT": ["550 5.1.1 <{address}> is nobody here", "…"]}) as post:
        check.fails("a refused recipient is told at once, without the address", settings(post.port), r"550 5\.1\.1 <<…>> is nobody")
    with Post(refusals=REFUSED_TWICE) as post:
        code, err = check.recap(settings(post.port), "--once")
        wrong = [f"it ended with {code}: {err}"] if code else []
        check.probe("greylisting is waited out", wrong + ([f"{len(post.letters)} letters came"] if len(post.letters) != 1 else []))
    check.forget()
    with Post(refusals={"DATA": ["451 4.3.0 the disk is full", "…"]}) as post:
        check.fails("what does not pass is told after three tries", settings(post.port), r"3 tries.*451 4\.3\.0 the disk is full")
    bare = {"greeting": "220 post.example", "EHLO": "250-post.example\r\n250 AUTH PLAIN LOGIN", "QUIT": "221 bye"}
    with Rude(bare) as rude:
        told = lambda: [f"it heard {line!r}" for line in rude.heard if not line.upper().startswith((b"EHLO", b"QUIT"))]
        check.fails("without STARTTLS nothing is said", settings(rude.port, "starttls", authority=authority), "no encrypted connection",
                    wrong=told)
    for encryption in ("starttls", "tls"):
        with Post(authority, encryption) as post:
            check.fails(f"a certificate of nobody is not trusted ({encryption})", settings(post.port, encryption), "in private",
                        wrong=lambda: ["the password was sent"] if post.tries or post.letters else [])
            strange = settings(post.port, encryption, authority=authority, host="127.0.0.2")
            check.fails(f"nor is one of another host ({encryption})", strange, "in private|cannot be reached",
                        wrong=lambda: ["the password was sent"] if post.tries or post.letters else [])
    with Rude({"greeting": "220 post.example", "EHLO": "421 too many", "QUIT": "221 bye"}) as rude:
        check.fails("a server that is busy is asked three times", settings(rude.port), "3 tries.*421 too many",
                    wrong=lambda: [f"{rude.connections} times"] if rude.connections != 3 else [])
    check.fails("a server that is not there is told", settings(1), r"localhost:1 cannot be reached \(3 tries\)")
    open_password = settings(25, "none", host="post.example")
    check.fails("no password travels in the open", open_password, "would travel unencrypted", code=2)
    check.fails("an address that is none is told, and not which", settings(25) | {"SMTP_FROM": "wrong-horse"}, "SMTP_FROM is no mail", code=2)


def kills(check):
    """Kills, until it is done; for several people, so that each is told of for the first time."""
    chance, wrong, arrivals, killed = random.Random(check.options.seed), [], [], 0
    with Post(delay=0.05) as post:
        own = settings(post.port)
        began = time.monotonic()
        check.recap(own, to="first@recipient.example")
        whole, number = time.monotonic() - began, 0
        check.seen = set(json.loads((check.lake / RECORDS).read_text()))
        while killed < check.options.kills:
            number += 1
            person = f"person-{number}@recipient.example"
            code, known = None, False
            while code != 0:
                before = len(post.accepted[person])
                process = check.program.start(check.lake, "-vv", "recap", "--week", check.week, "--email", person, "--once", environment=own)
                # Mostly while it is handed over, which is the end of it.
                threading.Timer(chance.uniform(0.4, 1.3) * whole, process.send_signal, [signal.SIGKILL]).start()
                out, err = process.communicate()
                check.written.append(("kills", out + err))
                code = process.returncode
                killed += code == -signal.SIGKILL
                time.sleep(0.3)
                if code not in (0, -signal.SIGKILL):
                    wrong.append(f"it ended with {code}: {said(err)}")
                    break
                if known and len(post.accepted[person]) > before:
                    wrong.append(f"{person} got another one though it was known that there was one")
                records = json.loads((check.lake / RECORDS).read_text()) if (check.lake / RECORDS).exists() else {}
                known = any("sent" in record for name, record in records.items() if name not in check.seen)
                begun = any("handing_over" in record for name, record in records.items() if name not in check.seen)
                if len(post.accepted[person]) > before and not (known or begun):
                    wrong.append(f"{person} got one of which no record was made before")
                if known and not post.accepted[person]:
                    wrong.append(f"{person} is told to have one, and has none")
            check.seen |= set(records)
            ids = {Letter(raw).id for _, raw in post.accepted[person]}
            wrong += [f"{person} got {len(ids)} different ones"] if len(ids) > 1 else []
            arrivals.append(len(post.accepted[person]))
    counts = {times: arrivals.count(times) for times in sorted(set(arrivals))}
    wrong += ["somebody got none"] if 0 in counts else []
    check.probe(f"{killed} kills, {len(arrivals)} people: each has it, and one of which it was known not twice", wrong)
    check.probe.told(f"how often the mail came: {counts} (twice where the kill fell between the hand-over and its record)")


def hanging(check, rude):
    code, err = check.recap(settings(rude.port), lake=check.work / "lake-of-its-own")
    is_told = code == 1 and "no answer in 60 seconds" in err and "(3 tries)" in err
    return [] if is_told else [f"it ended with {code}: {err}"]


def secrets(check):
    plain = [PASSWORD, "wrong-horse", USER, USER.split("@")[0], TO, TO.split("@")[0], "person-1@", "recipient.example"]
    coded = [base64.b64encode(text.encode()).decode() for text in (PASSWORD, USER, f"\0{USER}\0{PASSWORD}")]
    wrong = [f"{what}: {secret}" for what, text in check.written for secret in plain + coded if secret.encode() in text]
    wrong += [f"{what}: it panicked" for what, text in check.written if any(word.encode() in text for word in PANIC)]
    check.probe(f"no secret in what {len(check.written)} commands wrote at -vv", sorted(set(wrong)))
    files = [path for path in check.lake.rglob(".*") if path.is_file()]
    held = {path: path.read_bytes() for path in files}
    wrong = [f"{path.name}: {secret}" for path, text in held.items() for secret in plain + coded if secret.encode() in text]
    wrong += [f"{path.name} is for others to read" for path in files if "recap" in path.name and path.stat().st_mode & 0o077]
    check.probe(f"no secret in the {len(files)} files beside the tables, and recaps' own are private", wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("moodlake")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--kills", type=int)
    parser.add_argument("--pictures", type=Path, help="a folder for pictures of the mail")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.kills = options.kills or (6 if options.short else 60)
    with tempfile.TemporaryDirectory(prefix="moodlake-mail-") as folder:
        check = Check(options, Path(folder))
        with Rude() as silent:
            # Minutes, in which the rest is done.
            waited = []
            if not options.short:
                check.program.must(check.work / "lake-of-its-own", "demo")
            patience = threading.Thread(target=lambda: waited.extend(hanging(check, silent)))
            if not options.short:
                patience.start()
            letter = letters(check)
            content(check, letter)
            check.probe(f"it fits at {600} and {360} pixels, with its pictures", look(letter, options.pictures))
            hostile_names(check)
            refusals(check)
            kills(check)
            if not options.short:
                patience.join()
                check.probe("a server that never answers is given up", waited)
        secrets(check)
    if check.probe.failed:
        sys.exit(f"the mail check failed: {check.probe.failed} probes")
    print("the mail check passed")


if __name__ == "__main__":
    main()
