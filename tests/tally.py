# SPDX-License-Identifier: MIT
"""Counts what CTest ran.

usage: tally.py [--passed N] [--failed N] JUNIT...

JUNIT is what `ctest --output-junit` writes. A check that prints "ok NAME", "not ok NAME" and "skip REASON" (TAP) counts as
that many cases, each other check as one case. --passed and --failed: cases that were counted before. Prints what failed,
each kind of skip with its number and, on the last line, "N passed, N failed". Exit code 1 where a case failed.
"""

import argparse
import collections
import re
import sys
import xml.etree.ElementTree as ElementTree

SKIPPED = re.compile(r"(not )?ok \d+ # SKIP")
SHOWN = 40  # lines of a check that failed
TROUBLE = re.compile(r"^(not ok |# |    )|ERROR|WARNING: |runtime error|error: |off by|SUMMARY")


def cases(text):
    """Numbers of "ok" and "not ok" lines; the reasons of skips."""
    passed = failed = 0
    skips, reasons = 0, []
    for line in text.splitlines():
        if SKIPPED.match(line):
            skips += 1
        elif line.startswith("not ok "):
            failed += 1
        elif line.startswith("ok "):
            passed += 1
        elif line.startswith("skip "):
            reasons.append(line[len("skip "):])
        elif "skipped: " in line:  # says why the case after it is skipped
            reasons.append(re.sub(r"^.*/shared/", "../shared/", line.split("skipped: ", 1)[1]))
            skips -= 1
    return passed, failed, reasons + ["a test that does not say why"] * max(skips, 0)


def excerpt(text):
    lines = [line for line in text.splitlines() if not SKIPPED.match(line)]
    if any(line.startswith("not ok ") for line in lines):
        chosen = [line for line in lines if TROUBLE.search(line)]
    else:
        chosen = lines[-SHOWN:]
    return "".join(f"    {line[:400]}\n" for line in chosen[:SHOWN])


def count(path):
    passed = failed = 0
    skips = []
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        name, status = case.get("name"), case.get("status")
        text = case.findtext("system-out") or ""
        good, bad, reasons = cases(text)
        if status == "run":
            good = good if good + len(reasons) > 0 else 1
        elif case.find("skipped") is not None and "SKIP_RETURN_CODE" in (case.find("skipped").get("message") or ""):
            reasons = reasons or [f"{name}: {text.strip().splitlines()[-1] if text.strip() else 'skipped'}"]
        elif status != "disabled":
            bad = max(bad, 1)
            print(f"FAILED: {name} ({path})\n{excerpt(text)}", end="")
        passed, failed, skips = passed + good, failed + bad, skips + reasons
    if passed + failed == 0:
        print(f"FAILED: no test ran ({path})")
        failed = 1
    return passed, failed, skips


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--passed", type=int, default=0)
    parser.add_argument("--failed", type=int, default=0)
    parser.add_argument("junit", nargs="*")
    options = parser.parse_args()
    passed, failed, skips = options.passed, options.failed, collections.Counter()
    for path in options.junit:
        good, bad, reasons = count(path)
        passed, failed = passed + good, failed + bad
        skips.update(reasons)
    if skips:
        print(f"{sum(skips.values())} skipped:")
        for reason, times in sorted(skips.items()):
            print(f"  {times} x {reason}")
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
