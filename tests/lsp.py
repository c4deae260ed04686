"""A small client of the Language Server Protocol: just as much as an editor needs to show what our schemas say."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

# `npm install yaml-language-server`, and this where its command does not stand on the PATH.
SERVER = os.environ.get("YAML_LANGUAGE_SERVER") or shutil.which("yaml-language-server")


class Editor:
    """Speaks with the server over its standard streams, as an editor does with one file open."""

    def __init__(self, root: Path) -> None:
        assert SERVER, "no yaml-language-server"
        self._server = subprocess.Popen([SERVER, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._number = 0
        self._uri = ""
        self.asked("initialize", processId=None, rootUri=root.as_uri(), capabilities={})
        self._tell("initialized")
        yaml = {"completion": True, "hover": True, "validate": True, "schemaStore": {"enable": False}}
        self._settings = {"yaml": yaml}
        self._tell("workspace/didChangeConfiguration", settings=self._settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._server.kill()
        self._server.communicate()

    def opened(self, path: Path, text: str) -> list[dict[str, Any]]:
        """The diagnostics of the file."""
        self._uri = path.as_uri()
        self._tell("textDocument/didOpen", textDocument={
            "uri": self._uri, "languageId": "yaml", "version": 1, "text": text,
        })  # fmt: skip
        while True:
            told = self._read()
            if told.get("method") == "textDocument/publishDiagnostics" and told["params"]["uri"] == self._uri:
                return list(told["params"]["diagnostics"])

    def at(self, method: str, line: int, character: int) -> Any:
        """What is known of a place, both counted from 0."""
        place = {"line": line, "character": character}
        return self.asked(f"textDocument/{method}", textDocument={"uri": self._uri}, position=place)

    def asked(self, method: str, **params: Any) -> Any:
        self._number += 1
        self._send(id=self._number, method=method, params=params)
        while True:
            told = self._read()
            if told.get("id") == self._number and "method" not in told:
                return told.get("result")

    def _tell(self, method: str, **params: Any) -> None:
        self._send(method=method, params=params)

    def _send(self, **message: Any) -> None:
        assert self._server.stdin
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._server.stdin.flush()

    def _read(self) -> dict[str, Any]:
        """The next message; what the server asks of us is answered on the way."""
        assert self._server.stdout
        length = 0
        while line := self._server.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        if not length:
            raise EOFError("the server ended")
        told: dict[str, Any] = json.loads(self._server.stdout.read(length))
        if "id" in told and "method" in told:
            wanted = told["params"].get("items") if told["method"] == "workspace/configuration" else None
            result = [self._settings.get(item.get("section")) for item in wanted] if wanted else None
            self._send(id=told["id"], result=result)
        return told
