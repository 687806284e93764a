"""Count the direct routes between the 22 cities a second time, by another road than tools/build_open_data.py.

Usage: ``python count_air22.py graph_notebook-5.3.0-py3-none-any.whl > air22_pairs.csv``. It uses another file of the package (openCypher instead of
Gremlin), plain Python, and the airports of each city as a traveller would list them by hand; closed or military fields are in the
list where the route table has them.
"""

import re
import sys
import zipfile
from collections import defaultdict
from itertools import combinations

AIRPORTS = {
    "almaty": "ALA",
    "bangkok": "BKK DMK",
    "beijing": "PEK PKX NAY",
    "cairo": "CAI",
    "chengdu": "CTU",
    "dubai": "DXB DWC SHJ",
    "istanbul": "IST SAW ISL",
    "johannesburg": "JNB HLA",
    "karachi": "KHI",
    "moscow": "SVO DME VKO ZIA",
    "nairobi": "NBO WIL",
    "qingdao": "TAO",
    "rome": "FCO CIA",
    "seoul": "ICN GMP",
    "shanghai": "PVG SHA",
    "shenzhen": "SZX",
    "singapore": "SIN XSP",
    "tianjin": "TSN",
    "urumqi": "URC",
    "vienna": "VIE",
    "xian": "XIY",
    "zhengzhou": "CGO",
}
CHINA = {"beijing", "chengdu", "qingdao", "shanghai", "shenzhen", "tianjin", "urumqi", "xian", "zhengzhou"}

with zipfile.ZipFile(sys.argv[1]) as archive:
    text = archive.read(
        "graph_notebook/seed/queries/propertygraph/opencypher/airports/airports_full.txt"
    ).decode()
codes = dict(re.findall(r"CREATE \((a\d+):airport \{id:'\d+',code:'(\w+)'", text))
links = defaultdict(set)
for start, stop in re.findall(r"\((a\d+)\)-\[:route[^\]]*\]->\((a\d+)\)", text):
    links[codes[start]].add(codes[stop])
    links[codes[stop]].add(codes[start])
sys.stdout.write("origin,destination,airport_pairs\n")
for first, second in combinations(sorted(AIRPORTS), 2):
    if {first, second} <= CHINA:
        continue
    count = sum(
        there in links[here] for here in AIRPORTS[first].split() for there in AIRPORTS[second].split()
    )
    sys.stdout.write(f"{first},{second},{count}\n")
