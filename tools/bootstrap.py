#!/usr/bin/env python3
"""Get ready what `make run` and, with --tests, `make test` need; instant when all is there.

Runs on a bare Python 3.11: makes .venv, installs the pinned packages, fetches the front-end files and,
for tests, sees to Chromium.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
SYSTEM_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
PIP = ["-m", "pip", "--disable-pip-version-check", "--quiet", "--no-input"]


class Trouble(Exception):
    """Something only the person at the terminal can mend, in one line."""


def main() -> int:
    """Bring the checkout up to date; each step is skipped when its inputs have not changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", action="store_true", help="also the test tools, Chromium and fonts")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing half-done is left running
    try:
        make_venv()
        install(["base", "trial", *(["dev"] if options.tests else [])])
        fetch_assets()
        if options.tests:
            provide_browser()
    except Trouble as trouble:
        say(f"✗ {trouble}")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def make_venv() -> None:
    """A virtual environment with pip, from the first fitting Python."""
    if works([PYTHON, "-c", "import pip"]):
        return
    if not (3, 11) <= sys.version_info[:2] < (3, 13):
        found = ".".join(map(str, sys.version_info[:3]))
        raise Trouble(f"需要 Python 3.11 或 3.12，当前是 {found}；可指定：make run PYTHON=python3.11")
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        apt_install(["python3-venv"], reason="缺少 Python 的 venv 模块")
    say("→ 创建虚拟环境 .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    run([sys.executable, "-m", "venv", VENV], "创建虚拟环境失败")


def install(names: list[str]) -> None:
    """What the lock files name, by hash; nothing is done when they have not changed."""
    locks = [ROOT / "requirements" / f"{name}.txt" for name in names]
    stamp = VENV / f"installed-{names[-1]}"
    state = digest(locks)
    if stamp.exists() and stamp.read_text() == state:
        return
    say("→ 安装 Python 依赖（首次约一分钟）")
    words: list[str | Path] = ["--require-hashes", "--only-binary", ":all:"]
    for lock in locks:
        words += ["-r", lock]
    run([PYTHON, *PIP, "install", *words], "安装 Python 依赖失败", quiet=True)
    for other in VENV.glob("installed-*"):
        other.unlink()
    stamp.write_text(state)
    if names[-1] == "dev":  # the test set holds the trial's
        (VENV / "installed-trial").write_text(digest(ROOT / "requirements" / f"{n}.txt" for n in names[:-1]))


def fetch_assets() -> None:
    """node_modules by npm, then the few named files of it to static/vendor."""
    stamp = ROOT / "node_modules" / ".fetched"
    state = digest([ROOT / "package-lock.json"])
    if not stamp.exists() or stamp.read_text() != state:
        say("→ 获取前端文件")
        npm = shutil.which("npm") if shutil.which("node") else None
        if npm:
            npm_install([npm], os.environ["PATH"])
        else:
            npm_install_without_node()
        stamp.write_text(state)
    vendored = ROOT / "static" / "vendor" / ".vendored"
    state += digest([ROOT / "tools" / "vendor.py"])
    if not vendored.exists() or vendored.read_text() != state:
        run([PYTHON, ROOT / "tools" / "vendor.py"], "复制前端文件失败")
        vendored.write_text(state)


def npm_install(npm: Sequence[str | Path], path: str) -> None:
    """Exactly the locked packages; none of their install scripts runs."""
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    env = os.environ | {"PATH": path}
    if SYSTEM_AUTHORITIES.exists():  # a proxy's own authority, as many an intranet has one
        env.setdefault("NODE_EXTRA_CA_CERTS", str(SYSTEM_AUTHORITIES))
    run(command, "获取前端文件失败", env=env, quiet=True)


def npm_install_without_node() -> None:
    """Node from a wheel in an environment that is thrown away (it is 200 MB)."""
    with tempfile.TemporaryDirectory(prefix="liaison-node-") as folder:
        bin_folder = Path(folder) / "bin"
        python = bin_folder / "python"
        run([sys.executable, "-m", "venv", folder], "创建虚拟环境失败")
        lock = ROOT / "requirements" / "node.txt"
        run([python, *PIP, "install", "--require-hashes", "-r", lock], "安装 Node 失败", quiet=True)
        npm_install([bin_folder / "npm"], f"{bin_folder}:{os.environ['PATH']}")


def provide_browser() -> None:
    """Chromium, Chinese fonts and pdftoppm for the browser journeys and the documents."""
    missing = []
    if not shutil.which("chromium"):
        missing += ["chromium", "chromium-l10n"]
    if not has_chinese_font():
        missing.append("fonts-noto-cjk")
    if not shutil.which("pdftoppm"):
        missing.append("poppler-utils")
    if missing:
        apt_install(missing, reason="浏览器测试缺少软件")


def has_chinese_font() -> bool:
    if fc_list := shutil.which("fc-list"):
        command = [fc_list, ":lang=zh-cn", "family"]
        listed = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        return "CJK" in listed.stdout
    return any(Path("/usr/share/fonts").rglob("NotoSansCJK*"))


def apt_install(packages: list[str], *, reason: str) -> None:
    """As root, from Debian's archive; otherwise one line says what to install."""
    apt = shutil.which("apt-get")
    names = " ".join(packages)
    if apt is None or os.geteuid() != 0:
        raise Trouble(f"{reason}，请先安装：sudo apt-get install {names}")
    say(f"→ apt-get install {names}")
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    run([apt, "update", "-qq"], "apt-get update 失败", env=env, quiet=True)
    command = [apt, "install", "-qq", "-y", "--no-install-recommends", *packages]
    run(command, f"apt-get install {names} 失败", env=env, quiet=True)


def digest(files: Iterable[Path]) -> str:
    state = hashlib.sha256()
    for file in files:
        state.update(file.read_bytes())
    return state.hexdigest()


def works(command: Sequence[str | Path]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603
    except OSError:
        return False


def run(
    command: Sequence[str | Path], failure: str, *, env: dict[str, str] | None = None, quiet: bool = False
) -> None:
    """Run a step; a quiet one shows what it said only when it fails."""
    result = subprocess.run(  # noqa: S603
        command,
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        check=False,
    )
    if result.returncode:
        if quiet:
            sys.stdout.buffer.write(result.stdout)
        raise Trouble(f"{failure}（退出码 {result.returncode}），原因见上。")


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
