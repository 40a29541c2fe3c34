"""How fast files of records are read, and in how much memory.

``python benchmarks/records.py [FILES...]`` repeats the records of each file (by default a made one
of RIS and one of PubMed XML) to twenty megabytes and prints records per CPU second and the peak
memory of a process that does nothing else.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ABSTRACT = "We randomised patients to immunoglobulin or placebo and measured their strength. " * 18
RIS = (
    "TY  - JOUR\nTI  - A trial of immunoglobulin in multifocal motor neuropathy\n"
    + "".join(f"AU  - Author{n}, Given N.\n" for n in range(6))
    + "T2  - Journal of the Peripheral Nervous System\nVL  - 18\nIS  - 4\nSP  - 321\nEP  - 330\n"
    "PY  - 2013\nDO  - 10.1111/jns5.12046\nSN  - 1085-9489\nUR  - https://example.org/1\n"
    + "".join(f"KW  - keyword {n}\n" for n in range(10))
    + f"AB  - {ABSTRACT}\nAD  - A hospital, a city, a country\nLA  - English\nER  - \n\n"
)
XML = (
    "<PubmedArticle><MedlineCitation><PMID>24725024</PMID><Article><Journal><Title>J</Title>"
    "<JournalIssue><Volume>18</Volume><PubDate><Year>2013</Year></PubDate></JournalIssue></Journal>"
    "<ArticleTitle>A trial</ArticleTitle>"
    f"<Abstract><AbstractText>{ABSTRACT}</AbstractText></Abstract>"
    "<AuthorList>"
    + "<Author><LastName>Hahn</LastName><ForeName>A</ForeName><AffiliationInfo><Affiliation>A city"
    "</Affiliation></AffiliationInfo></Author>"
    * 6
    + "</AuthorList></Article><MeshHeadingList>"
    + "<MeshHeading><DescriptorName>Neuritis</DescriptorName><QualifierName>therapy</QualifierName>"
    "</MeshHeading>" * 12 + "</MeshHeadingList></MedlineCitation><PubmedData><ArticleIdList>"
    '<ArticleId IdType="doi">10.1111/jns5.12046</ArticleId>'
    "</ArticleIdList></PubmedData></PubmedArticle>"
)
SIZE = 20_000_000

CODE = """
import sys, time
from ranvier.formats import open_records
begin = time.process_time()
count = sum(1 for _ in open_records(sys.argv[1]))
spent = time.process_time() - begin
peak = open('/proc/self/status').read().split('VmHWM:')[1].split()[0]
print(count, spent, peak)
"""


def measure(name: str, text: bytes, folder: Path) -> None:
    file = folder / "file"
    file.write_bytes(text * max(1, SIZE // len(text)))
    done = subprocess.run(
        [sys.executable, "-c", CODE, file], capture_output=True, text=True, check=True
    )
    count, spent, peak = done.stdout.split()
    rate = int(count) / float(spent)
    print(f"{name}: {count} records, {rate:,.0f} per CPU second, {int(peak) // 1024} MB")


def main(files: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        if not files:
            measure("ris (made)", RIS.encode(), Path(folder))
            measure("pubmed-xml (made)", XML.encode(), Path(folder))
        for file in files:
            text = Path(file).read_bytes().removeprefix(b"\xef\xbb\xbf")
            measure(Path(file).name, text, Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
