"""Programs of others out of Maven's packages, each fetched once into a folder of its own below the root."""

import fcntl
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.local.processes import ROOT
from deploy.local.state import Trouble

FETCHED_WITHIN_S = 300


@dataclass(frozen=True)
class Program:
    """`artifact` of a `pom`. `goal` is Maven's word for taking it with what it needs (`copy-dependencies`) or apart
    (`unpack-dependencies`).
    """

    name: str
    pom: Path
    artifact: str
    goal: str

    @property
    def version(self) -> str:
        text = self.pom.read_text(encoding="utf-8")
        (version,) = re.findall(rf"<artifactId>{re.escape(self.artifact)}</artifactId>\s*<version>([^<]+)<", text)
        return str(version)

    @property
    def folder(self) -> Path:
        return Path(ROOT, f".{self.name.lower()}", self.version)

    def at_hand(self) -> bool:
        """Whether this machine can run it."""
        return bool(shutil.which("java") and (self.folder.exists() or shutil.which("mvn")))

    def install(self) -> Path:
        """Its folder; whole or not at all, whoever else tries it at this moment.

        Raises:
            Trouble: it is neither there nor to be had.
        """
        if self.folder.exists():
            return self.folder
        if not self.at_hand():
            raise Trouble(
                f"{self.name} needs Java 17 and Maven on this machine, or SHENCHI_* that name one of your own."
            )
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with (self.folder.parent / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self.folder.exists():
                draft = self.folder.with_name("new")
                shutil.rmtree(draft, ignore_errors=True)
                command = ["mvn", "-q", "-B", "-f", str(self.pom), f"dependency:{self.goal}", "-DincludeScope=runtime"]
                # Its marks of what it has unpacked go and come with what was unpacked, not with the pom.
                where = (f"-DoutputDirectory={draft}", f"-DmarkersDirectory={draft / 'marks'}")
                fetched = subprocess.run(
                    [*command, *where], capture_output=True, text=True, timeout=FETCHED_WITHIN_S, check=False
                )
                if fetched.returncode != 0:
                    said = (fetched.stdout + fetched.stderr).strip().splitlines()
                    told = said[0] if said else "no word from it"
                    raise Trouble(f"Maven could not fetch {self.name} {self.version}: {told}")
                draft.rename(self.folder)
        return self.folder
