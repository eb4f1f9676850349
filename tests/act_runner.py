"""Runs a workflow for real, by act, on this machine: what it uses of GitHub's own actions is played by small local ones."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.github_server import GitHubServer
from tests.support import ROOT, write_files

_ACT = Path(sys.executable).with_name("act")
_USES = re.compile(r"uses: ([\w.-]+/[\w.-]+)@([0-9a-f]{40})")
_NOT_COPIED = shutil.ignore_patterns(".git", ".venv", ".*_cache", "__pycache__", ".hypothesis", "acceptance")


def _composite(inputs: str, script: str, outputs: str = "") -> str:
    given = "".join(f"  {name}: {{ required: false }}\n" for name in inputs.split())
    passed = "".join(
        f"        {name.upper().replace('-', '_')}: ${{{{ inputs.{name} }}}}\n" for name in inputs.split()
    )
    lines = "".join(f"        {line}\n" for line in script.strip().splitlines())
    named = "".join(
        f"outputs:\n  {name}: {{ value: '${{{{ steps.run.outputs.{name} }}}}' }}\n"
        for name in outputs.split()
    )
    return (
        f"name: stub\ndescription: stub\ninputs:\n{given}{named}runs:\n  using: composite\n  steps:\n"
        f"    - id: run\n      shell: bash\n      env:\n{passed}      run: |\n{lines}"
    )


STUBS = {
    "actions/checkout": _composite(
        "repository ref path fetch-depth persist-credentials",
        """
        to="$GITHUB_WORKSPACE/$PATH_"
        if [ "$REPOSITORY" = "$STUB_FIXBOT" ]; then
          cp -r "$STUB_SOURCE" "$to"
        else
          header="Authorization: Basic $(printf 'x:%s' "$(cat "$STUB_TOKENS/read")" | base64 -w0)"
          GIT_TERMINAL_PROMPT=0 GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=http.extraheader GIT_CONFIG_VALUE_0="$header" \\
            git clone --quiet "$GITHUB_SERVER_URL/$STUB_TARGET" "$to"
        fi
        """,
    ).replace("PATH: ${{ inputs.path", "PATH_: ${{ inputs.path"),
    "actions/setup-python": _composite(
        "python-version",
        """
        echo "$STUB_PYTHON" >> "$GITHUB_PATH"
        if [ -n "$STUB_INSTALLED" ]; then
          mkdir -p "$RUNNER_TEMP/fixbot/bin" && cp "$STUB_INSTALLED" "$RUNNER_TEMP/fixbot/bin/fixbot"
        fi
        """,
    ),
    "actions/upload-artifact": _composite(
        "name path if-no-files-found overwrite",
        """
        rm -rf "$STUB_ARTIFACTS/$NAME" && mkdir -p "$STUB_ARTIFACTS/$NAME"
        if [ -d "$PATH_" ]; then cp -r "$PATH_/." "$STUB_ARTIFACTS/$NAME"; else cp "$PATH_" "$STUB_ARTIFACTS/$NAME"; fi
        """,
    ).replace("PATH: ${{ inputs.path", "PATH_: ${{ inputs.path"),
    "actions/download-artifact": _composite(
        "name path", 'mkdir -p "$PATH_" && cp -r "$STUB_ARTIFACTS/$NAME/." "$PATH_"'
    ).replace("PATH: ${{ inputs.path", "PATH_: ${{ inputs.path"),
    "actions/create-github-app-token": _composite(
        "app-id private-key permission-contents permission-issues permission-pull-requests",
        """
        [ "$APP_ID $PRIVATE_KEY" = "123 the-key" ]
        token="$(cat "$STUB_TOKENS/$PERMISSION_CONTENTS")"
        echo "::add-mask::$token"
        echo "token=$token" >> "$GITHUB_OUTPUT"
        """,
        "token",
    ),
}
"""What stands for GitHub's actions: they do the same with a folder, and know both tokens of an App."""


@dataclass(frozen=True)
class Runner:
    """A machine for workflows in `folder`, connected to our GitHub."""

    folder: Path
    server: GitHubServer
    read_token: str

    def prepare(self) -> None:
        """Lay out the stubs and a copy of this repository."""
        for name, text in STUBS.items():
            write_files(self.folder / "stubs" / name, {"action.yml": text})
        shutil.copytree(ROOT, self.folder / "fixbot", ignore=_NOT_COPIED)
        write_files(self.folder / "tokens", {"read": self.read_token, "write": self.server.token})
        program = self.folder / "installed" / "fixbot"
        write_files(program.parent, {program.name: f'#!/bin/sh\nexec {sys.executable} -m fixbot "$@"\n'})
        program.chmod(0o755)
        python = self.folder / "python"  # what setup-python gives: no packages but its own
        subprocess.run([sys.executable, "-m", "venv", python], check=True)

    def run(
        self, checkout: Path, action: str, workflow: str, *, installed: bool
    ) -> subprocess.CompletedProcess[str]:
        """Run a workflow of `checkout` as the schedule would; `action` is this repository as OWNER/REPO@SHA.

        With `installed` each job finds fixbot in place, as its second step does, so that not every run takes minutes.
        """
        fixbot = action.partition("@")[0]
        texts = [(self.folder / "fixbot" / name).read_text() for name in _HOLD_ACTIONS]
        used = {name: sha for text in texts for name, sha in _USES.findall(text)}
        local = {
            action: self.folder / "fixbot",
            **{f"{name}@{sha}": self.folder / "stubs" / name for name, sha in used.items() if name in STUBS},
        }
        given = {
            "GITHUB_API_URL": self.server.url,
            "GITHUB_SERVER_URL": self.server.url,
            "STUB_ARTIFACTS": str(self.folder / "artifacts"),
            "STUB_FIXBOT": fixbot,
            "STUB_PYTHON": str(self.folder / "python" / "bin"),
            "STUB_INSTALLED": str(self.folder / "installed" / "fixbot") if installed else "",
            "STUB_SOURCE": str(self.folder / "fixbot"),
            "STUB_TARGET": self.server.name,
            "STUB_TOKENS": str(self.folder / "tokens"),
        }
        (self.folder / "event.json").write_text(json.dumps({"schedule": "23 3 * * *"}))
        command = [
            *(str(_ACT), "schedule", "-W", workflow, "-P", "ubuntu-latest=-self-hosted"),
            *("-e", str(self.folder / "event.json"), "--container-daemon-socket", "-", "--pull=false"),
            *("--action-offline-mode", "--no-cache-server", "--no-skip-checkout", "--concurrent-jobs", "1"),
            *("-s", "FIXBOT_APP_PRIVATE_KEY=the-key", "-s", f"GITHUB_TOKEN={self.read_token}"),
            *("--var", "FIXBOT_APP_ID=123"),
            *(part for name, value in given.items() for part in ("--env", f"{name}={value}")),
            *(part for name, path in local.items() for part in ("--local-repository", f"{name}={path}")),
        ]
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT", "FIXBOT"))}
        return subprocess.run(
            command,
            cwd=checkout,
            env={**kept, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")},
            capture_output=True,
            text=True,
            check=False,
            timeout=1_500,
        )


_HOLD_ACTIONS = ("action.yml", ".github/workflows/pull-requests.yml")
