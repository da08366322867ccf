"""Downloads the jars that pom.xml lists, without Maven. Usage: kafka.py POM FOLDER (with jgo on the PYTHONPATH)"""

import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

from jgo.maven import MavenContext

pom, folder = sys.argv[1], Path(sys.argv[2])
names = {"m": "http://maven.apache.org/POM/4.0.0"}
context = MavenContext(repo_cache=folder / "repository")


def fetch(item: ElementTree.Element) -> None:
    group, artifact, version = (item.findtext(f"m:{part}", namespaces=names) for part in ("groupId", "artifactId", "version"))
    jar = context.project(group, artifact).at_version(version).artifact().resolve()
    shutil.move(jar, folder / jar.name)


with ThreadPoolExecutor(8) as pool:
    for _ in pool.map(fetch, ElementTree.parse(pom).iterfind(".//m:artifactItem", names)):
        pass
shutil.rmtree(folder / "repository")
