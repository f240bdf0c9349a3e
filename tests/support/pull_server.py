"""A hostile file server for tests/cli/pull_server.sh: pull_server.py FOLDER CERTIFICATE KEY

Serves FOLDER on two free ports of this machine, HTTP and HTTPS, and prints their numbers. How a file is delivered is
the first part of its path:

    /file/NAME      as it is; goes on from where a Range header says
    /whole/NAME     as it is, Range headers ignored
    /hops/N/NAME    after N redirects to HTTPS
    /loop/NAME      redirects to itself
    /plain/NAME     redirects to HTTP
    /local/NAME     redirects to file://
    /long/NAME      announces and sends ten times its bytes
    /endless/NAME   announces nothing and does not end
    /torn/NAME      announces all and sends half
"""
import http.server
import os
import ssl
import sys
import threading

folder, certificate, key = sys.argv[1:]
ports = {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def redirect(self, address):
        self.send_response(302)
        self.send_header("Location", address)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def send(self, body, announced=None, start=None):
        self.send_response(200 if start is None else 206)
        if start is not None:
            self.send_header("Content-Range", f"bytes {start}-{start + len(body) - 1}/{start + len(body)}")
        self.send_header("Content-Length", str(announced or len(body)))
        self.end_headers()
        self.wfile.write(body)
        if announced and announced > len(body):
            self.close_connection = True

    def send_endless(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while True:  # until the other side has enough
            self.wfile.write(b"1000\r\n" + bytes(4096) + b"\r\n")

    def start_of_range(self):
        wanted = self.headers.get("Range")
        return int(wanted.removeprefix("bytes=").split("-")[0]) if wanted else None

    def deliver(self, how, rest):
        name = rest[-1]
        https = f"https://localhost:{ports['https']}"
        if how == "hops" and rest[0] != "0":
            return self.redirect(f"{https}/hops/{int(rest[0]) - 1}/{name}")
        if how == "loop":
            return self.redirect(self.path)
        if how == "plain":
            return self.redirect(f"http://localhost:{ports['http']}/file/{name}")
        if how == "local":
            return self.redirect("file://" + os.path.join(os.path.abspath(folder), name))
        path = os.path.join(folder, os.path.basename(name))
        if not os.path.isfile(path):
            return self.send_error(404)
        with open(path, "rb") as f:
            body = f.read()
        if how == "endless":
            return self.send_endless()
        if how == "long":
            return self.send(10 * body)
        if how == "torn":
            return self.send(body[:len(body) // 2], announced=len(body))
        start = self.start_of_range() if how == "file" else None
        return self.send(body[start:] if start else body, start=start)

    def do_GET(self):
        how, *rest = self.path.strip("/").split("/")
        try:
            self.deliver(how, rest)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            self.close_connection = True


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # a client that refuses the certificate


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
plain, secure = Server(("127.0.0.1", 0), Handler), Server(("127.0.0.1", 0), Handler)
secure.socket = context.wrap_socket(secure.socket, server_side=True)
ports.update(http=plain.server_port, https=secure.server_port)
print(ports["http"], ports["https"], flush=True)
threading.Thread(target=plain.serve_forever, daemon=True).start()
secure.serve_forever()
