"""The demo's phones reach the server on whatever address it was told to serve."""

from __future__ import annotations

import threading
import urllib.request
from http.server import HTTPServer, SimpleHTTPRequestHandler
from typing import Any

import pytest

from config.demo.processes import server_address


class Silent(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


# 127.0.0.2 stands for an address on the network: a server there doesn't answer on 127.0.0.1.
@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "0.0.0.0", "localhost"])
def test_a_server_is_reached_where_it_listens(host: str) -> None:
    with HTTPServer((host, 0), Silent) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            with urllib.request.urlopen(f"{server_address(host, server.server_port)}/", timeout=5) as answer:
                assert answer.status == 204
        finally:
            server.shutdown()
            thread.join()
