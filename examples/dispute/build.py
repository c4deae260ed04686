"""Build the case file of the story anew, by the commands that its people typed.

python examples/dispute/build.py [FOLDER]
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ORDER = {
    "id": "576461413038780001", "platform": "tiktok", "market": "US", "currency": "USD",
    "buyer": {"id": "u_88121", "name": "Ana Diaz", "language": "en"}, "ordered_at": "2026-11-01T17:20:00Z",
    "shipped_at": "2026-11-02T22:00:00Z", "delivered_at": "2026-11-05T22:10:00Z",
    "lines": [
        {"line": "1", "sku": "LUMI-LAMP-1", "title": "Desk lamp, linen shade", "quantity": 2, "net": "54.00",
         "tax": "4.50"},
        {"line": "2", "sku": "LUMI-BULB-4", "title": "LED bulb, warm white", "quantity": 1, "net": "12.50",
         "tax": "1.03"},
    ],
    "shipping": {"net": "5.00", "tax": "0.40"},
    "payments": [{"id": "p1", "method": "card", "amount": "77.43"}],
}  # fmt: skip
# When (in November 2026, in the shop's zone), who, and what.
STORY = (
    ("08T19:42", "ana", "apply 576461413038780001 --item 1=2 --reason damaged --evidence 'photos/broken shade.jpg' "
     "--note 'Both lamps came with a broken shade. I have not used them.'"),
    ("09T09:05", "mei", "approve 1"),
    ("09T09:06", "mei", "message 1 'We are sorry. Please send both lamps back with the label, we pay for it.'"),
    ("11T17:30", "ana", "ship 1 --carrier UPS --tracking 1Z882604 --as buyer"),
    ("14T11:20", "kai", "receive 1"),
    ("14T11:45", "kai", "inspect 1 --item 1=as_sent:1 --item 1=worn:1 --evidence 'photos/packing-check.png' "
     "--note 'One shade is broken as the buyer says. The other lamp has a burnt socket: it was used.'"),
    ("14T11:50", "kai", "note 1 'Second buyer this month with this story, ask Mei before paying.'"),
    ("15T08:12", "ana", "message 1 'I did not use it! It broke in the parcel, look at its corner.' "
     "--as buyer"),
    ("15T08:20", "ana", "escalate 1 --claim damage_liability --amount 58.50 --evidence 'photos/parcel corner.jpg' "
     "--note 'The carrier damaged both lamps. I want all of my money back.'"),
    ("16T10:00", "mei", "message 1 'A carrier burns no socket. We checked and photographed both lamps whole when "
     "we packed them.'"),
    ("18T08:30", "mei", "escalate 1 --to platform --case AR-20261118-0042 --as seller"),
)  # fmt: skip


def returnctl(*words: str, by: str, now: str, cwd: Path) -> None:
    clock = {"RETURNCTL_NOW": f"2026-11-{now}", "LOGNAME": by, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RETURNCTL_", "LANG"))}
    command = [sys.executable, "-m", "returnctl", *words]
    subprocess.run(command, check=True, cwd=cwd, env=kept | clock, stdout=subprocess.DEVNULL)


def founded(shop: Path) -> None:
    """A shop whose id is always the same, with the policy and the photos of the story."""
    returnctl(
        "init", str(shop), "--name", "Lumi Home", "--timezone", "America/Los_Angeles", by="mei", now="01", cwd=HERE
    )
    settings = shop / "returnctl.yaml"
    told = re.sub(r"(?m)^shop_id: .*$", "shop_id: lumi-home-example", settings.read_text("utf-8"))
    settings.write_text(told, "utf-8")
    shutil.copy(HERE / "policy.yaml", shop / "policies/standard.yaml")
    shutil.copytree(HERE / "photos", shop / "photos")
    (shop / "order.json").write_text(json.dumps(ORDER), "utf-8")
    returnctl("import", "order.json", by="mei", now="06T08:00", cwd=shop)


def build(target: Path) -> None:
    """`R-000001.en.zip`, `R-000001.zh.zip`, and `platform/`, what TikTok Shop takes."""
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(folder) / "shop"
        founded(shop)
        for when, who, line in STORY:
            returnctl(*shlex.split(line), by=who, now=when, cwd=shop)
        for name, language in (("R-000001.en.zip", "en"), ("R-000001.zh.zip", "zh"), ("platform", "en")):
            words = ("dispute", "bundle", "1", str(target / name), "--lang", language)
            returnctl(*words, by="mei", now="18T08:40", cwd=shop)


def main() -> None:
    target = Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else HERE
    target.mkdir(exist_ok=True)
    for old in target.glob("*.zip"):
        old.unlink()
    shutil.rmtree(target / "platform", ignore_errors=True)
    build(target)


if __name__ == "__main__":
    main()
