#!/usr/bin/env python3
"""Golden vectors of the verifier through `sheaf inspect`: verifier_golden.py SHEAF FOLDER.

FOLDER holds cases.tsv (gold, prediction, expected, category, note) and groups.tsv (name, answers, classes); their
heads say how the macros @{..} are meant. Prints what differs and ends with 1 if anything does."""
import json
import re
import subprocess
import sys


def expand(cell):
    """Bytes of a cell with its macros replaced."""
    raw = cell.encode()
    raw = re.sub(rb"@\{REP:(\d+):([^}]*)\}",
                 lambda m: m[2].replace(b"<", b"{").replace(b">", b"}") * int(m[1]), raw)
    for name, byte in ((b"NL", b"\n"), (b"TAB", b"\t"), (b"CR", b"\r")):
        raw = raw.replace(b"@{%s}" % name, byte)
    raw = re.sub(rb"@\{HEX:([0-9a-f]+)\}", lambda m: bytes.fromhex(m[1].decode()), raw)
    return re.sub(rb"@\{U:([0-9A-Fa-f]+)\}", lambda m: chr(int(m[1], 16)).encode(), raw)


def rows(path):
    with open(path, encoding="utf-8") as lines:
        return [line.rstrip("\n").split("\t") for line in lines if line.strip() and line[0] != "#"]


def ask(sheaf, what, questions):
    lines = "".join(json.dumps(q) + "\n" for q in questions)
    run = subprocess.run([sheaf, "inspect", what], input=lines.encode(), stdout=subprocess.PIPE, check=True)
    answers = [json.loads(line) for line in run.stdout.decode().splitlines()]
    assert len(answers) == len(questions), f"{len(answers)} answers to {len(questions)} questions"
    return answers


def question(gold, prediction, category):
    task = {"g-": "gsm8k", "a-": "aime"}.get(category[:2], "generic")
    kind = "response_hex" if category[:2] in ("x-", "g-", "a-") else "answer_hex"
    return {"gold_hex": expand(gold).hex(), kind: expand(prediction).hex(),
            "task": "choice" if category == "x-choice" else task}


def is_right(verdict, expected, note):
    if expected == "extract-fail":
        return verdict == "no_answer"
    return verdict == expected or (expected == "different" and verdict == "unknown" and "unknown-ok" in note)


def check_cases(sheaf, path):
    cases = [(row + [""] * 5)[:5] for row in rows(path)]
    answers = ask(sheaf, "grade", [question(g, p, c) for g, p, _, c, _ in cases])
    wrong = [(case, answer) for case, answer in zip(cases, answers)
             if not is_right(answer.get("verdict"), case[2], case[4])]
    for case, answer in wrong:
        print(f"{case[0][:60]} | {case[1][:60]}: {case[2]} wanted, got {answer.get('verdict')} {answer.get('reason')}")
    false_equal = sum(case[2] != "equal" and answer.get("verdict") == "equal" for case, answer in wrong)
    print(f"{len(cases) - len(wrong)} of {len(cases)} cases, {false_equal} falsely equal")
    return not wrong


def check_groups(sheaf, path):
    groups = rows(path)
    answers = ask(sheaf, "group", [{"answers": [a.strip() or None for a in g[1].split("¦")]} for g in groups])
    wanted = [[None if c == "-" else int(c) for c in g[2].split(",")] for g in groups]
    wrong = [(g, a["classes"]) for g, a, w in zip(groups, answers, wanted) if a["classes"] != w]
    for group, classes in wrong:
        print(f"{group[0]}: {group[2]} wanted, got {classes}")
    print(f"{len(groups) - len(wrong)} of {len(groups)} groups")
    return not wrong


if __name__ == "__main__":
    folder = sys.argv[2]
    fine = [check_cases(sys.argv[1], folder + "/cases.tsv"), check_groups(sys.argv[1], folder + "/groups.tsv")]
    sys.exit(0 if all(fine) else 1)
