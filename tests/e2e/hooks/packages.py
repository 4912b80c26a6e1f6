"""Packages made on the spot: as small as npm, pip and Maven take them."""

import base64
import hashlib
import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any


def npm_publication(name: str, version: str, registry: str) -> dict[str, Any]:
    """Return the document that `npm publish` sends for a package which exports its version."""
    manifest = {"name": name, "version": version, "main": "index.js"}
    tarball = _tarball(
        {
            "package/package.json": json.dumps(manifest),
            "package/index.js": f"module.exports = {json.dumps(version)};\n",
        }
    )
    file = f"{name}-{version}.tgz"
    dist = {
        "integrity": "sha512-" + base64.b64encode(hashlib.sha512(tarball).digest()).decode(),
        "shasum": hashlib.sha1(tarball, usedforsecurity=False).hexdigest(),
        "tarball": f"{registry}{name}/-/{file}",
    }
    return {
        "_id": name,
        "name": name,
        "dist-tags": {"latest": version},
        "versions": {version: manifest | {"_id": f"{name}@{version}", "dist": dist}},
        "_attachments": {
            file: {
                "content_type": "application/octet-stream",
                "data": base64.b64encode(tarball).decode(),
                "length": len(tarball),
            }
        },
    }


def write_wheel(folder: Path, name: str, version: str) -> None:
    """Write a wheel with one module, which holds its version."""
    module = name.replace("-", "_")
    information = f"{module}-{version}.dist-info"
    files = {
        f"{module}.py": f'VERSION = "{version}"\n',
        f"{information}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{information}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},sha256={_digest(text)},{len(text)}\n" for path, text in files.items())
    files[f"{information}/RECORD"] = f"{record}{information}/RECORD,,\n"
    (folder / f"{module}-{version}-py3-none-any.whl").write_bytes(_archive(files))


def write_maven_artifacts(folder: Path, name: str, version: str) -> None:
    """Write a jar com.acme:NAME and a bill of materials com.acme:NAME-bom."""
    _write_maven_artifact(folder, "com.acme", name, version, "jar")
    _write_maven_artifact(folder, "com.acme", f"{name}-bom", version, "pom")
    # Maven adds this to each build extension; an empty one will do.
    _write_maven_artifact(folder, "org.codehaus.plexus", "plexus-utils", "1.1", "jar")


def _write_maven_artifact(folder: Path, group: str, artifact: str, version: str, packaging: str) -> None:
    """Write a POM and, for packaging jar, a jar with nothing in it, with their checksums."""
    place = folder.joinpath(*group.split("."), artifact, version)
    place.mkdir(parents=True)
    files = {"pom": maven_pom(group, artifact, version, packaging).encode()}
    if packaging == "jar":
        files["jar"] = _archive({"META-INF/MANIFEST.MF": "Manifest-Version: 1.0\n\n"})
    for extension, content in files.items():
        file = place / f"{artifact}-{version}.{extension}"
        file.write_bytes(content)
        checksum = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        file.with_suffix(f".{extension}.sha1").write_text(checksum)


def maven_pom(group: str, artifact: str, version: str, packaging: str, more: str = "") -> str:
    """Return the text of a pom.xml."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>{group}</groupId>
  <artifactId>{artifact}</artifactId>
  <version>{version}</version>
  <packaging>{packaging}</packaging>
{more}
</project>
"""


def _archive(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return buffer.getvalue()


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def _tarball(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path, text in files.items():
            member = tarfile.TarInfo(path)
            member.size = len(text.encode())
            member.mode = 0o644
            archive.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()
