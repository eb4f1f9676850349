"""Run fixbot as a person does, in a process of its own, on small projects with a plugin of small codemods."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PLUGINS = ROOT / "tests" / "plugins"

_PR_CAPBSET_DROP = 24
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2
_CAP_SYS_PTRACE, _CAP_SYS_ADMIN, _CAP_PERFMON = 19, 21, 38
_PERSONAL = (
    "MAKEFLAGS",
    "MFLAGS",
    "CI",
    "NO_COLOR",
    "FORCE_COLOR",
    "TERM",
    "COLUMNS",
    "FIXBOT_DEBUG",
    "PYTHONPATH",
    "PYTHONSAFEPATH",
)


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Make these files below `folder`, byte for byte, and return it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def read_files(folder: Path) -> dict[str, bytes]:
    """Every regular file below `folder` but those of git, by relative path."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {
        name: path.read_bytes()
        for path in found
        if not (name := str(path.relative_to(folder))).startswith(".git/")
    }


def install_plugin(site: Path, entry_points: str, *, name: str = "house-codemods") -> Path:
    """What an installer writes for a package that registers entry points; `site` then goes on PYTHONPATH."""
    return write_files(
        site,
        {
            f"{name.replace('-', '_')}-1.0.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
            f"{name.replace('-', '_')}-1.0.dist-info/entry_points.txt": entry_points,
        },
    )


def environment(*python_path: Path, **variables: str) -> dict[str, str]:
    """This process's environment without what would change fixbot's output, and with these folders importable."""
    kept = {name: value for name, value in os.environ.items() if name not in _PERSONAL}
    return kept | {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, *python_path)))} | variables


INTERRUPTIBLE = (
    sys.executable,
    "-uc",
    "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "runpy.run_module('fixbot', run_name='__main__')",
)
"""fixbot as a command that heeds Ctrl-C, also where whoever runs the tests has it ignored (`sh -c '... &'`)."""


def fixbot(
    *arguments: str | Path,
    cwd: Path,
    path: Sequence[Path] = (),
    ordinary_user: bool = False,
    **variables: str,
) -> subprocess.CompletedProcess[str]:
    """Run `python -m fixbot` in `cwd`, where `path` is importable too, and return what it said."""
    return subprocess.run(
        [sys.executable, "-m", "fixbot", *map(str, arguments)],
        cwd=cwd,
        env=environment(*path, **variables),
        preexec_fn=heed_permissions if ordinary_user else None,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=120,
        check=False,
    )


def report_of(*arguments: str | Path, cwd: Path, **options: Any) -> dict[str, Any]:
    """The JSON report of a check."""
    done = fixbot("check", "--format", "json", *arguments, cwd=cwd, **options)
    assert done.returncode in (0, 1), done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def heed_permissions() -> None:
    """Make root heed file permissions as everybody else does, by giving up two capabilities before exec."""
    _give_up(_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH)


def heed_processes() -> None:
    """Make what root starts look into other processes only where everybody else may."""
    _give_up(_CAP_SYS_PTRACE, _CAP_SYS_ADMIN, _CAP_PERFMON)


def _give_up(*capabilities: int) -> None:
    libc = ctypes.CDLL(None)
    for capability in capabilities if os.geteuid() == 0 else ():
        if libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0):
            raise OSError("this root cannot give up its capabilities")
