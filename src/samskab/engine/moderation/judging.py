"""Signs of spam in a comment, added up: an open list of reasons instead of a trained black box.

A council has too few comments to learn from and no third party to ask. Each sign has a weight;
the weights of the signs that are found are added, and from `HOLD` on a person looks before the
comment goes on. Signs are about how something was sent and what it sells, never about opinions:
anger, spelling and foreign words weigh nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

HOLD = 1.0
QUICK, SLOW = 3.0, 24 * 3600.0

_LINK = re.compile(
    r"https?://|\bwww\.|\[/?url|<\s*a\b|href\s*=|"
    r"\b[a-z0-9-]{2,}\.(?:com|net|org|info|biz|ru|cn|top|xyz|shop|store|site|online|club|io|co|"
    r"live|vip|win|bet|casino|loan|link|click|icu|pro|tk|ly|me|gl|to)\b(?![\w@])",
    re.I,
)
_SELLING = re.compile(
    # gambling, quick money, loans
    r"\b(?:casinos?|kasino\w*|slots?|jackpots?|betting|sportsbook|poker|free ?spins?|gratis spins?|"
    r"bitcoins?|btc|crypto\w*|krypto\w*|forex|nfts?|airdrop|trading (?:bot|signals?)|"
    r"passiv(?:e income| indkomst)|make money|earn (?:up to|money|\$|\d)|tjen (?:op til|penge|\d)|"
    r"(?:hurtige|nemme) penge|payday loans?|instant loans?|(?:hurtig|sms|kvik|forbrugs|samle)-?lån|"
    r"lån [\d.]{4,}|"
    r"lån (?:op til|uden|penge|nu)|loans?|refinans\w*|get rich|rich quick|investment|roi|"
    # pills and bodies
    r"viagra|cialis|levitra|kamagra|tramadol|xanax|ozempic|wegovy|steroids?|cbd|hemp oil|"
    r"weight ?loss|lose (?:weight|\d+ (?:kg|lbs|pounds))|(?:tab|tabe) dig|slank\w*|detox|keto|"
    r"penis\w*|porn\w*|xxx|sexy?|escorts?|hookups?|nude\w*|onlyfans|webcam|dating|singles|"
    r"smukke kvinder|beautiful women|"
    # trade in attention
    r"seo|backlinks?|guest ?posts?|link ?building|page ?rank|rank(?:ing)? (?:on|your)|web ?design|"
    r"traffic|followers|følgere|likes for|subscribers|leads?|marketing|promo(?:tion)?|"
    r"(?:virtual|offshore|data entry) (?:assistants?|team)|software development|app developer|"
    # goods
    r"replicas?|kopi(?:varer|ure)|rolex|louis vuitton|gucci|ray-?ban|michael kors|nike|jordans?|"
    r"cheap|discounts?|coupons?|voucher|rabatkode|best price|bedste pris|free shipping|"
    r"gratis fragt|on sale|udsalg|order (?:now|online|today)|buy (?:now|online|cheap|here)|"
    r"køb (?:nu|her|billig)|"
    r"bestil (?:nu|her|i dag)|shop now|limited (?:time|offer)|tilbuddet gælder|act now|"
    r"essay writ\w*|write my essay|diplomas?|fake (?:id|passports?)|kørekort uden|iptv|vpn|"
    r"psychic|spell ?caster|love spells?|lottery|lotteri|you(?:'ve| have) won|du har vundet|"
    r"giveaway|iphone \d+|gift ?cards?|gavekort|claim your|inheritance|beneficiary|"
    r"million (?:usd|dollars?|euros?|kr)|western union|bank transfer|"
    r"recover (?:your )?(?:funds|money|account)|hackers?|hack (?:any|into)|"
    r"herbs?|herbal|cured|implants?|erotic|erotisk\w*|told|gebyr|spærret|affiliate|rki|"
    r"(?:domain|abonnement\w*) (?:will|udløber)|bekræft dit kort|tjen(?:e|er|te)? [\d.]+ ?kr|"
    r"tjen(?:e|er|te)? op til|solcelle\w*|varmepumper?|rengøringsfirma|flyttefirma|tagrens\w*|"
    r"kloak\w*)\b",
    re.I,
)
# The same trades in languages whose writers we want to hear: the letters alone weigh little.
_SELLING_ELSEWHERE = re.compile(
    "купить|недорого|заработ|без вложений|доставк|продвижени|казино|赌场|奖金|注册|구매|최저가|"
    "قرض|اتصل بنا"
)
_BAIT = re.compile(
    r"\b(?:click (?:here|this|the link|below)|klik (?:her|på linket|nedenfor)|check (?:out|it out)|"
    r"visit (?:my|our|this|us)|besøg (?:min|vores) (?:side|hjemmeside|shop|butik)|"
    r"see my (?:profile|bio)|my (?:web ?page|home ?page|web ?site|site|page)|meine seite|"
    r"ansøg (?:nu|online)|renew here|contact (?:claims|agent)|link in bio|"
    r"contact (?:me|us|him|her)|kontakt (?:os|mig) på|dm me|"
    r"text me|call now|ring nu|whats ?app|telegram|signal me|skype|learn more|læs mere her|"
    r"sign ?up|tilmeld dig nu|download (?:now|free)|subscribe|100 ?% (?:free|gratis|legit|working)|"
    r"no (?:risk|credit check)|uden (?:risiko|kreditvurdering)|guaranteed|garanteret)\b",
    re.I,
)
_PRAISE = re.compile(
    r"\b(?:(?:great|nice|awesome|amazing|excellent|wonderful|fantastic|good|informative) "
    r"(?:post|blog|article|site|website|content|information|info|share|read|write-?up|job)|"
    r"thanks for (?:sharing|the post|your (?:blog|article|post))|i (?:really )?(?:enjoyed|love) "
    r"(?:reading )?(?:your|this) (?:blog|site|post|article|website)|"
    r"your (?:blog|site|website|web page)|"
    r"bookmark(?:ed)?|keep up the good|stumbled upon|very (?:useful|helpful) (?:post|article|info)|"
    r"looking forward to (?:read|your next)|same niche|fellow blogger)\b",
    re.I,
)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w{2,}")
_PHONE = re.compile(r"(?:\+|00)\d[\d \-()]{7,}")
_MONEY = re.compile(r"[$€£]\s?\d[\d.,]*|\b\d[\d.,]*\s?(?:usd|eur|dollars?)\b", re.I)
_AGAIN = re.compile(r"(.)\1{5,}|([!?$€])\2{3,}")
_WORD = re.compile(r"[^\W\d_]+")
_VOWELS = set("aeiouyæøåäöüéèáàóòúùíìêâôûë")
_PICTURES = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
_WEIGHTS = {
    "trap": 2.0,
    "quick": 0.8,
    "slow": 0.3,
    "repeated": 0.9,
    "links": 0.75,
    "many links": 1.0,
    "only a link": 0.5,
    "selling": 0.7,
    "much selling": 1.1,
    "bait": 0.6,
    "praise": 0.6,
    "contact": 0.4,
    "money": 0.3,
    "script": 0.4,
    "gibberish": 1.0,
    "noise": 0.4,
    "name": 0.6,
}


@dataclass(frozen=True)
class Sent:
    """A comment as it came. `seconds` from showing the form to sending it, None when unknown;
    `trap` whether the field that people do not see was filled in; `copies` how often the same
    text came before."""

    text: str
    name: str = ""
    seconds: float | None = None
    trap: bool = False
    copies: int = 0


@dataclass(frozen=True)
class Judgement:
    """`score` ≥ 0; held from `HOLD` on. `reasons` are keys of the signs, heaviest first."""

    score: float
    reasons: tuple[str, ...]

    @property
    def held(self) -> bool:
        return self.score >= HOLD


def judge(sent: Sent) -> Judgement:
    """Adds up the signs of spam. O(length of the text); no state, the same answer every time.

    Source of the method: the oldest one, a sum of weighted signs, as SpamAssassin made it known;
    signs and weights are our own.
    """
    text = unicodedata.normalize("NFKC", sent.text)
    name = unicodedata.normalize("NFKC", sent.name)
    found = {*_manner(sent), *_content(text), *_named(name)}
    reasons = sorted(found, key=lambda sign: (-_WEIGHTS[sign], sign))
    return Judgement(round(sum(_WEIGHTS[sign] for sign in reasons), 6), tuple(reasons))


def _manner(sent: Sent) -> Iterator[str]:
    """How it was sent."""
    if sent.trap:
        yield "trap"
    if sent.seconds is not None and sent.seconds < QUICK:
        yield "quick"
    if sent.seconds is not None and sent.seconds > SLOW:
        yield "slow"
    if sent.copies:
        yield "repeated"


def _content(text: str) -> Iterator[str]:
    links = len(_LINK.findall(text))
    words = _WORD.findall(text)
    if links:
        yield "links"
        if links >= 3:
            yield "many links"
        if len(words) - 4 * links <= 2:
            yield "only a link"
    selling = [match.lower() for match in _SELLING.findall(text)]
    selling += _SELLING_ELSEWHERE.findall(text.lower())
    if selling:
        yield "much selling" if len(set(selling)) > 1 or len(selling) > 2 else "selling"
    if _BAIT.search(text):
        yield "bait"
    if _PRAISE.search(text):
        yield "praise"
    if _ADDRESS.search(text) or _PHONE.search(text):
        yield "contact"
    if _MONEY.search(text):
        yield "money"
    yield from _form(text, words)


def _form(text: str, words: list[str]) -> Iterator[str]:
    """Writing that nobody here would read."""
    letters = [letter for letter in text if letter.isalpha()]
    foreign = sum(not unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    if letters and foreign / len(letters) > 0.3:
        yield "script"
    odd = sum(_is_gibberish(word) for word in words)
    if odd and odd >= len(words) / 3:
        yield "gibberish"
    loud = sum(letter.isupper() for letter in letters) > 0.6 * max(len(letters), 25)
    if loud or _AGAIN.search(text) or len(_PICTURES.findall(text)) >= 5:
        yield "noise"


def _is_gibberish(word: str) -> bool:
    """Latin letters that cannot be said: no vowel in six, or capitals inside a long word."""
    lower = word.lower()
    if len(word) < 6 or not lower.isascii():
        return False
    vowels = sum(letter in _VOWELS for letter in lower)
    mixed = sum(a.islower() and b.isupper() for a, b in pairwise(word))
    return vowels / len(word) < 0.15 or mixed >= 2 or re.search(r"[^aeiouy]{6,}", lower) is not None


def _named(name: str) -> Iterator[str]:
    if _LINK.search(name) or _SELLING.search(name) or any(map(_is_gibberish, _WORD.findall(name))):
        yield "name"
