"""What Deno's kernel keeps to itself when it refuses a cell, asked of Deno's other commands."""

import json
import os
import re
import subprocess

IMPORTED = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["']([^"'\n]+)["']""")


ADVICE = {
    r'Module not found "file:.*/lib/.*"': "This notebook is not where its imports look from: keep it in the "
    "project's folder notebooks/.",
    r'Import ".*" not a dependency': "The project's own packages are known in its folder notebooks/; any other "
    "is imported by its whole name, as in npm:lodash.",
}


def advise(content):
    """An error's content with what to do, where an import leads nowhere from here; None for any other."""
    for pattern, advice in ADVICE.items():
        if re.match(pattern, content["evalue"]):
            value = f"{content['evalue'].rstrip('.')}. {advice}"
            return {**content, "evalue": value, "traceback": [*content["traceback"], f"    {advice}"]}
    return None


def explain(deno, code):
    """The content of the missing error message: where the syntax is wrong, or which package does not load."""
    said = ask(deno, ["fmt", "--no-config"], code)
    found = re.search(r"SyntaxError: (.*?)\n(.*?)\n *at \S+:(\d+):(\d+)", said, re.DOTALL)
    if found:
        reason, excerpt, line, column = found.groups()
        reason = re.sub(r"`<lexing error: .* (\w+)\) }>`.*", r"\1", reason)
        lines = excerpt.split("\n")[1:3]
        place = f"    at line {line}, column {column} of this cell"
        return error("SyntaxError", f"{reason} (line {line}, column {column})", [reason, *lines, place])
    names = IMPORTED.findall(code)
    if not names:
        return error("Error", "Deno refuses this cell without a reason.", [])
    # Only what the cell imports, and without permissions; Deno names the first that it cannot get.
    said = ask(deno, ["run", "--no-check", "--no-prompt"], "".join(f"import {json.dumps(name)};\n" for name in names))
    found = re.search(r"^error: (.*)", said, re.MULTILINE)
    reason = found[1] if found else "An import of this cell cannot be loaded."
    return error("ImportError", reason, [reason, f"    this cell imports {', '.join(names)}"])


def error(name, value, lines):
    first, *others = lines or [value]
    return {"ename": name, "evalue": value, "traceback": [f"{name}: {first}", *others]}


def ask(deno, arguments, source):
    """What Deno complains of; nothing where it is content."""
    command = [deno, *arguments, "--ext", "ts", "-"]
    environment = {**os.environ, "NO_COLOR": "1"}
    try:
        # In a session of its own, so that the Stop button does not end it.
        ran = subprocess.run(
            command, input=source.encode(), capture_output=True, timeout=20, env=environment, start_new_session=True
        )
    except subprocess.TimeoutExpired:
        return ""
    return ran.stderr.decode(errors="replace") if ran.returncode else ""
