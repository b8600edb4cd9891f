"""A way to a server that can be cut: to whoever goes it, the server has died, and comes back."""

import socket
import threading


class Proxy:
    def __init__(self, target):
        self.target, self.open, self.lock = target, set(), threading.Lock()
        self.left = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            with self.lock:
                self.open |= {client, server}
            for here, there, counts in ((client, server, True), (server, client, False)):
                threading.Thread(target=self.pass_on, args=(here, there, counts), daemon=True).start()

    def pass_on(self, here, there, counts):
        try:
            while piece := here.recv(1 << 16):
                requests = piece.count(b" HTTP/1.1\r\n") if counts else 0
                if self.left is not None and requests:
                    self.left -= requests
                    if self.left < 0:
                        # The last request arrives, its answer does not.
                        there.sendall(piece)
                        return self.die()
                there.sendall(piece)
        except OSError:
            pass
        finally:
            for end in (here, there):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def die(self):
        """From now on nobody answers at this port."""
        with self.lock:
            ends, self.open = self.open | {self.listener}, set()
        for end in ends:
            # A thread that waits in it has to hear of it.
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()

    def is_dead(self):
        return self.listener.fileno() < 0

    def die_after(self, requests):
        self.left = requests

    def come_back(self):
        self.left = None
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()
