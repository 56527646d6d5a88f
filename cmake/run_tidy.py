#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""run_tidy.py BUILD: clang-tidy 14 over every source of the program, on all cores.

Most of a file's time goes into the headers that it includes, so files that are compiled alike go through in groups, as one source
that includes them. Files of one group share no name of an anonymous namespace and no using-declaration. A group that is not
clean, or is no valid source, is checked again file by file: what is reported is what clang-tidy says of single files. What was
clean with the same contents, headers and configuration is not checked again (stamps in BUILD/tidy-clean).
"""

import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("recipes", "merge", "eval", "evolve", "apps")
GROUP = 12  # enough that the headers are a small part; larger groups would leave a core idle in the end


def git_files(*patterns):
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns], cwd=ROOT,
                            capture_output=True, text=True, check=True).stdout
    return sorted(name for name in listed.splitlines() if (ROOT / name).exists())


def digest(names):
    total = hashlib.sha256()
    for name in names:
        total.update(hashlib.sha256((ROOT / name).read_bytes()).digest())
    return total.hexdigest()


def local_names(text):
    """What a file may not have in common with another one of its group, as its layout shows it: clang-format leaves what a
    namespace holds in the first column."""
    names = set(re.findall(r"^using ([\w:]+);", text, re.M))
    for body in re.findall(r"^namespace \{$(.*?)^\}  // namespace$", text, re.M | re.S):
        for line in re.findall(r"^[A-Za-z].*", body, re.M):
            names.update(re.findall(r"(\w+)(?=\s*[({;=\[]|\s+:|$)", line))
    return names


def groups(commands):
    """[(flags, files)], every file once."""
    open_groups, done = {}, []
    for name, flags in commands.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        names, key = local_names(text), (name.split("/")[0], flags)
        fits = [group for group in open_groups.setdefault(key, []) if not group["names"] & names]
        if not fits:
            fits = [{"names": set(), "files": []}]
            open_groups[key] += fits
        group = fits[0]
        group["names"] |= names
        group["files"].append(name)
        if len(group["files"]) == GROUP:
            open_groups[key].remove(group)
            done.append((flags, group["files"]))
    done += [(key[1], group["files"]) for key, rest in open_groups.items() for group in rest]
    return sorted(done, key=lambda group: -len(group[1]))  # the longest first, so that no core waits for one in the end


def check(build, source):
    return subprocess.run(["clang-tidy-14", "-p", build, "--quiet", source], cwd=ROOT, capture_output=True, text=True)


def main():
    build = Path(sys.argv[1]).resolve()
    stamps = build / "tidy-clean"
    joined = build / "tidy-groups"
    for folder in (stamps, joined):
        folder.mkdir(exist_ok=True)
    headers = digest([*git_files("*.h", "*.inc"), ".clang-tidy"])
    wanted = git_files(*(f"{part}/*.cpp" for part in PARTS))
    database = {os.path.relpath(entry["file"], ROOT): entry
                for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))}
    unknown = [name for name in wanted if name not in database]
    if unknown:
        sys.exit(f"run_tidy.py: {build} does not compile {', '.join(unknown)}; configure it anew")
    commands = {}
    for name in wanted:
        words = shlex.split(database[name]["command"])
        commands[name] = shlex.join(words[:words.index("-o")])

    def stamp(name):
        """Its file, and what stands there when the source is clean."""
        return stamps / name.replace("/", "_"), headers + digest([name])

    def is_clean(name):
        file, wanted = stamp(name)
        return file.exists() and file.read_text() == wanted

    def passed(name):
        file, wanted = stamp(name)
        file.write_text(wanted)

    todo = groups({name: flags for name, flags in commands.items() if not is_clean(name)})
    entries = []
    for number, (flags, files) in enumerate(todo):
        source = joined / f"group_{number}.cpp"
        source.write_text("".join(f'#include "{ROOT / name}"\n' for name in files))
        entries.append({"directory": str(build), "file": str(source), "command": f"{flags} -c {source}"})
    (joined / "compile_commands.json").write_text(json.dumps(entries))

    def run(number):
        files = todo[number][1]
        if len(files) > 1 and check(joined, joined / f"group_{number}.cpp").returncode == 0:
            list(map(passed, files))
            return True
        good = True
        for name in files:
            single = check(build, ROOT / name)
            if single.returncode == 0:
                passed(name)
                continue
            good = False
            print(f"{single.stdout}clang-tidy: {name}", file=sys.stderr, flush=True)
        return good

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        if not all(list(pool.map(run, range(len(todo))))):
            sys.exit(1)


if __name__ == "__main__":
    main()
