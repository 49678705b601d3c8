"""The currencies a WooCommerce shop can be told to use, and the signs of some."""

CODES = tuple(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTC
    BTN BWP BYR BYN BZD CAD CDF CHF CLP CNY COP CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN
    ETB EUR FJD FKP GBP GEL GGP GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS IMP INR
    IQD IRR IRT ISK JEP JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL
    LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR
    PAB PEN PGK PHP PKR PLN PRB PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLL SOS
    SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VEF VES VND
    VUV WST XAF XCD XOF XPF YER ZAR ZMW
    """.split()
)

_NAMES = {
    "DKK": "Danish krone",
    "EUR": "Euro",
    "GBP": "Pound sterling",
    "NOK": "Norwegian krone",
    "SEK": "Swedish krona",
    "USD": "United States (US) dollar",
}

_SYMBOLS = {"SEK": "kr", "NOK": "kr", "DKK": "kr.", "EUR": "€", "USD": "$", "GBP": "£"}


def name(code: str) -> str:
    """Return what a currency is called, or its code."""
    return _NAMES.get(code, code)


def symbol(code: str) -> str:
    """Return a currency's sign, or its code."""
    return _SYMBOLS.get(code, code)
