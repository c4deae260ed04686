"""The settings of a shop, as `returnctl.yaml` gives them."""

from returnctl.domain.order import Document


class Account(Document, frozen=True, kw_only=True):
    """One of several selling accounts, and how its files read; `dates` such as `dd/MM/yyyy`, None to find out."""

    market: str
    currency: str
    timezone: str
    dates: str | None = None


class EvidenceLimits(Document, frozen=True):
    """The most that one file of evidence may weigh, in MiB."""

    max_mib: int = 20


class Settings(Document, frozen=True, kw_only=True):
    """`timezone` is how times are shown, and read where a file has no zone; `policy` the default among several."""

    returnctl: str = "settings/v1"
    shop: str
    shop_id: str
    market: str
    currency: str
    timezone: str
    language: str = "en"
    policy: str | None = None
    accounts: dict[str, Account] = {}
    evidence: EvidenceLimits = EvidenceLimits()
    private: bool = True

    def zones(self, account: str | None) -> tuple[str, ...]:
        """The zone of an account, or the shop's, and then those of all others."""
        each = {name: how.timezone for name, how in self.accounts.items()}
        own = each.get(account or "", self.timezone)
        return tuple(dict.fromkeys([own, self.timezone, *each.values()]))
