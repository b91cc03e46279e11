"""Ask the web process in this container how it is; the exit code is the answer."""

import http.client
import sys

connection = http.client.HTTPConnection("localhost", 8000, timeout=4)
try:
    connection.request("GET", "/healthz")
    healthy = connection.getresponse().status == http.HTTPStatus.OK
except OSError:
    healthy = False
sys.exit(0 if healthy else 1)
