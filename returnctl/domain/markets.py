"""The markets that an order can come from, and what follows from each."""

from __future__ import annotations

from typing import NamedTuple


class Market(NamedTuple):
    """An ISO 4217 currency, the ISO 3166 country of its public holidays, and the language its buyers read."""

    currency: str
    country: str
    language: str


_ROWS = """
US USD en   CA CAD en   MX MXN es   BR BRL pt   CL CLP es   CO COP es   PE PEN es   AR ARS es
GB GBP en   IE EUR en   DE EUR de   AT EUR de   FR EUR fr   BE EUR nl   NL EUR nl   LU EUR fr
IT EUR it   ES EUR es   PT EUR pt   FI EUR fi   GR EUR el   SK EUR sk   SI EUR sl   HR EUR hr
EE EUR et   LV EUR lv   LT EUR lt   MT EUR en   CY EUR el   BG EUR bg   PL PLN pl   CZ CZK cs
SE SEK sv   DK DKK da   NO NOK no   CH CHF de   HU HUF hu   RO RON ro   TR TRY tr
ID IDR id   TH THB th   VN VND vi   MY MYR ms   PH PHP en   SG SGD en   JP JPY ja   KR KRW ko
CN CNY zh   HK HKD zh   TW TWD zh   IN INR en   AU AUD en   NZ NZD en   ZA ZAR en   IL ILS he
AE AED ar   SA SAR ar   KW KWD ar   BH BHD ar   OM OMR ar   JO JOD ar   TN TND ar   QA QAR ar   EG EGP ar
"""


def _markets() -> dict[str, Market]:
    words = iter(_ROWS.split())
    rows = zip(words, words, words, strict=True)
    return {code: Market(currency, code, language) for code, currency, language in rows}


MARKETS = _markets()
CURRENCIES = tuple(sorted({market.currency for market in MARKETS.values()}))
