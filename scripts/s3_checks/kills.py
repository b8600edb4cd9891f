"""Writers that are killed, and who takes over from them."""

import shutil
import subprocess
import time

from lake_checks.content import content, differences
from lake_checks.program import fault, said

from .together import versions

# A dead holder's lease ends after 30 s by itself; the rest is for the command's own work on a machine in use.
TAKEN_OVER = 30
COMMANDS = [["import"], ["run"], ["maintain"], ["build-silver"], ["build-gold"]]


def killed(bucket, probe, chance, check, kills):
    """`check` is the rounds' preparation: a lake that has everything but the second export."""
    work, calm, waits, hits, wrong, tables = bucket.work / "kills", {}, [], 0, [], 0
    work.mkdir()
    bases = {"import": check.full, "run": check.full, "maintain": check.base(["maintain"]) if kills > 4 else check.full}
    news = work / "news"
    shutil.copytree(check.full, news)
    bucket.program.must(news, *check.commands["import second"])
    for number in range(kills):
        command = COMMANDS[number % len(COMMANDS)]
        name = command[0]
        base = bases.get(name, news)
        arguments = check.commands["import second"] if name == "import" else command
        if name not in calm:
            calm[name] = undisturbed(bucket, base, arguments, work / f"calm-{name}")
        wanted, seconds = calm[name]
        remote = bucket.lake("killed", like=base)
        moment = chance.uniform(0, seconds)
        with bucket.program.start(remote, *arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                process.wait(moment)
            except subprocess.TimeoutExpired:
                process.kill()
        hits += process.returncode != 0
        told = f"{name} killed after {moment:.2f} s: "
        found, broken = content(remote)
        tables += len(found)
        started = time.monotonic()
        code, _, err = bucket.program.run(remote, *arguments, timeout=300)
        waits.append(time.monotonic() - started)
        if code != 0:
            broken.append(f"run again it ended with {code}: {fault(code, err) or said(err)}")
        # On a slow machine the work itself takes long, too: twice what an undisturbed run took is left to it.
        if waits[-1] > TAKEN_OVER + 15 + 2 * seconds:
            broken.append(f"run again it took {waits[-1]:.0f} s")
        found, unreadable = content(remote)
        tables += len(found)
        wrong += [told + what for what in [*broken, *unreadable, *differences(wanted, found), *versions(bucket, remote)]]
    probe(
        f"killed: {kills} kills, {hits} hit while it ran, {tables} tables read; the next command took {min(waits):.0f} to "
        f"{max(waits):.0f} s, its wait for the lease included",
        wrong,
    )
    handed_over(bucket, probe, check)


def undisturbed(bucket, base, arguments, local):
    """What the command makes of the lake, twice as after a kill, and how long it takes in the bucket."""
    shutil.copytree(base, local)
    for _ in range(2):
        bucket.program.must(local, *arguments)
    wanted = content(local)[0]
    remote, started = bucket.lake("calm", like=base), time.monotonic()
    code, _, err = bucket.program.run(remote, *arguments)
    if code:
        raise SystemExit(f"{arguments[0]} on an undisturbed lake in the bucket ended with {code}: {said(err)}")
    return wanted, time.monotonic() - started


def handed_over(bucket, probe, check):
    """Who ends well leaves no lease: the next one does not wait for it. Who is told to end leaves none either."""
    remote, wrong = bucket.lake("handed-over", like=check.full), []
    for arguments in (["generate-synthetic"], ["build-silver", "--full"], ["generate-synthetic"]):
        code, _, err = bucket.program.run(remote, *arguments)
        wrong += [f"{arguments[0]} ended with {code}: {said(err)}"] if code else []
    with bucket.program.start(remote, *check.commands["import second"]) as process:
        time.sleep(0.3)
        process.terminate()
        _, err = process.communicate(timeout=60)
    started = time.monotonic()
    code, _, err = bucket.program.run(remote, "generate-synthetic")
    seconds = time.monotonic() - started
    wrong += [f"after SIGTERM it ended with {code}: {said(err)}"] if code else []
    wrong += [f"after SIGTERM the next command took {seconds:.0f} s"] if seconds > 15 else []
    probe(f"handed over: {seconds:.1f} s for a small command after one that was told to end", wrong)
