"""`anonymize`: nothing personal is left under `data/`, and everything that is left still holds together."""

from __future__ import annotations

from pathlib import Path

from tests.cli.shops import an_order, kept, record, take
from tests.program import NOW, run

SECRETS = (b"Ana Diaz", b"u_1", b"crack.jpg", b"the shade", b"a photo", b"1Z999", b"please hurry")
LATER = "2028-01-01T00:00:00Z"


def everything(shop: Path) -> bytes:
    return b"\0".join(path.read_bytes() for path in (shop / "data").rglob("*") if path.is_file())


def a_finished_return(shop: Path, photo: Path, order: str) -> None:
    words = ("--item", "1=1", "--reason", "damaged", "--note", "the shade", "--by", "Ana Diaz", "--evidence", photo)
    ran = run("apply", order, *words, cwd=shop)
    assert ran.code == 0, ran.err
    number = len(list((shop / "data/returns/000").iterdir()))
    for line in (
        ("approve", number), ("ship", number, "--tracking", "1Z999"), ("receive", number, "--pass"),
        ("message", number, "please hurry", "--as", "buyer", "--by", "Ana Diaz"),
        ("refund", number, "--reference", f"TXN-{number}"),
    ):  # fmt: skip
        ran = run(*line, cwd=shop)
        assert ran.code == 0, (line, ran.err)


def test_nothing_personal_is_left(shop: Path, photo: Path) -> None:
    take(shop, *(an_order(f"L-{n}", buyer={"id": f"u_1{n}", "name": "Ana Diaz"}) for n in (1, 2, 3)))
    for number in (1, 2, 3):
        a_finished_return(shop, photo, f"L-{number}")
    assert all(secret in everything(shop) for secret in SECRETS)
    ran = run("anonymize", "--before", "2027-01-01", "--json", cwd=shop, now=LATER)
    assert (ran.code, ran.json["summary"]) == (0, {"returns": 3, "orders": 6, "files": 1})
    left = everything(shop)
    assert [secret for secret in SECRETS if secret in left] == []
    again = run("anonymize", "--before", "2027-01-01", "--json", cwd=shop, now=LATER)
    assert again.json["summary"] == {"returns": 0, "orders": 0, "files": 0}
    assert run("show", "1", cwd=shop).code == run("order", "show", "L-1", cwd=shop).code == 0
    assert record(shop, 1)["refunds"][0]["reference"] == "TXN-1"


def test_what_others_need_stays(shop: Path, photo: Path) -> None:
    """A photo that an open return names too; the order of one that is open; a shop in a dry run."""
    a_finished_return(shop, photo, "L-1")
    for order in ("L-1", "L-2"):
        assert run("apply", order, "--item", "1=1", "--reason", "damaged", "--evidence", photo, cwd=shop).code == 0
    before = kept(shop)
    ran = run("anonymize", "--before", "2027-01-01", "-n", "--json", cwd=shop, now=LATER)
    assert ([x["outcome"] for x in ran.json["results"]], kept(shop)) == (["planned"], before)
    ran = run("anonymize", "--before", "2027-01-01", "--json", cwd=shop, now=LATER)
    assert ran.json["summary"] == {"returns": 1, "orders": 0, "files": 0}
    assert record(shop, 2)["buyer"]["name"] == "Ana Diaz"


def test_what_ended_later_stays(shop: Path, photo: Path) -> None:
    a_finished_return(shop, photo, "L-1")
    before = kept(shop)
    ran = run("anonymize", "--before", NOW[:10], cwd=shop)
    assert (ran.code, kept(shop)) == (0, before)
