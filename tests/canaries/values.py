"""What is planted: 20 secrets, one for each form in which the program can be given one, and 200 personal values.

No value stands anywhere else by accident: the secrets are drawn anew for every run of the tests (its process list is
everybody's), the persons are made of words and numbers that the sample does not use.
"""

import secrets
from dataclasses import astuple, dataclass, fields

_TOKEN = secrets.token_hex(5)

AWKWARD = "/@:%+é =#"
"""What has to be percent-encoded in a URL."""

SECRETS = {
    name: f"{word}-{_TOKEN}-{name}{more}"
    for name, (word, more) in {
        # the platform's
        "url": ("hunter1", AWKWARD),
        "wrong": ("hunter2", AWKWARD),
        "query": ("hunter3", "&=é"),
        "file": ("hunter4", ""),
        "sslpassword": ("hunter5", "&;"),
        "PGPASSWORD": ("hunter6", "'\\é"),
        "PGPASSFILE": ("hunter7", " é"),
        "pgpass": ("hunter8", ""),
        "block": ("hunter9", AWKWARD),
        # the legacy database's
        "reader": ("swordfish1", AWKWARD),
        "reader-query": ("swordfish2", ""),
        "mariadb": ("swordfish3", AWKWARD),
        "odbc": ("swordfish4", ""),
        "odbc-braces": ("swordfish5", ";=é"),
        "mssql": ("swordfish6", AWKWARD),
        "oracle": ("swordfish7", ""),
        # Prefect's
        "api-key": ("pnu1", ""),
        "api-auth": ("pnu2", ":é"),
        "api-url": ("pnu3", ""),
        # where it must not be
        "argument": ("letmein", ""),
    }.items()
}
"""Where it stands -> the secret. Not one of them is the beginning of another."""


@dataclass(frozen=True)
class Person:
    """Eight values of one person; `born` as the legacy system writes it."""

    name: str
    uci: str
    passport: str
    phone: str
    email: str
    address: str
    born: str
    note: str


_NAMES = (
    "Żółkiewska-Ptaszyńska", "Nguyễn Thị Bích Hằng", "Ὀδυσσεὺς Λαερτιάδης", "Верещагина-Щукина",
    "عبد الرحمن القناري", "קנרית בת־אביגיל", "金丝雀·欧阳娜娜", "カナリア・小鳥遊", "카나리아 남궁민수",
    "कनारी चतुर्वेदी", "கனேரி சுப்பிரமணியம்", "นกขมิ้น ศรีสุวรรณ", "ካናሪ ወልደ ማርያም",
    "კანარი ბერიძე", "Դեղձանիկ Պետրոսյան", "Þórðardóttir Kanarífugl", "O'Kanarievogel-D'Arcy",
    "Müller-Kanarienvögelchen", "Kanāri Tūī Ngāti", "Ẹniọlá Kánárì", "Çağlayangil Kanaryacı", "𠮷野家金絲雀",
    "ᓄᓇᕗᑦ ᑲᓇᕆ", "ຄານາຣີ ວົງສະຫວັນ", "Ñandú Canário-Gonçalves",
)  # fmt: skip

PERSONS = tuple(
    Person(
        name=name,
        uci=f"79{number:02}{7_310_467 + 30_103 * number:07}"[:10],
        passport=f"ZQX{number:02}K{531_477 + 7_919 * number}",
        phone=f"+1 867 55{number:02} {4_817 + 13 * number}",
        email=f"serin.{number:02}.canari@volière-{number:02}.example",
        address=f"{7_000 + 13 * number} rue du Moulin-à-Canaris, app. «{number:02}»",
        born=f"190{number % 9 + 1}-{number % 12 + 1:02}-{number + 3:02}",
        note=f'L\'oiseau n° {number:02} a dit : "jaune\\citron" <& {number * 37 + 11} fois>',
    )
    for number, name in enumerate(_NAMES)
)
PERSONAL = {
    f"{field.name} {number}": value
    for number, person in enumerate(PERSONS)
    for field, value in zip(fields(person), astuple(person), strict=True)
}
"""What it is of whom -> the value: 200 of them."""
