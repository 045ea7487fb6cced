"""One of the two servers, asked over connections that stay open: one a thread."""

import http.client
import threading
import urllib.parse

from .answer import Answer

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Server:
    """A server at 127.0.0.1:port. Thread-safe."""

    def __init__(self, name, port):
        self.name, self.port = name, port
        self._local = threading.local()

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}"

    def _connection(self, fresh=False):
        if fresh or getattr(self._local, "connection", None) is None:
            self._local.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        return self._local.connection

    def send(self, question):
        """Sends a question; the same thread's receive() gets the answer."""
        body = urllib.parse.urlencode(question.parameters())
        try:
            self._connection().request("POST", question.path, body, FORM)
        except (OSError, http.client.HTTPException):  # closed while idle
            self._connection(fresh=True).request("POST", question.path, body, FORM)

    def receive(self):
        """The answer; no answer at all is status 0."""
        try:
            reply = self._connection().getresponse()
            return Answer(reply.status, reply.read())
        except (OSError, http.client.HTTPException) as error:
            self._local.connection = None
            return Answer(0, f"{type(error).__name__}: {error}".encode())

    def ask(self, question):
        self.send(question)
        return self.receive()
