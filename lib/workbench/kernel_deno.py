"""Deno's own kernel as a process of this program, and the sockets to it."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile

import zmq
from jupyter_client.connect import write_connection_file

WINDOWS = sys.platform == "win32"
# Where there is no SIGINT, Stop is a line on Deno's standard input, which `lib/stop.ts` reads. Deno's own answer
# to Jupyter's `interrupt_request` is no help: a cell that awaits then hangs for good, and all cells after it.
STOP_BY_LINE = WINDOWS or os.environ.get("KERNEL_STOP") == "line"


class Deno:
    def __init__(self, program, session, context, name):
        self.session, self.name = session, name
        self.folder = tempfile.mkdtemp(prefix="deno_kernel_")
        file, self.ports = write_connection_file(os.path.join(self.folder, "connection.json"), key=session.key)
        self.context = context
        self.shell = self.connect(zmq.DEALER, "shell")
        self.control = self.connect(zmq.DEALER, "control")
        self.stdin = self.connect(zmq.DEALER, "stdin")
        self.iopub = self.connect(zmq.SUB, "iopub")
        # Ignored at its start, SIGINT does not end Deno, and whoever listens for it hears it nevertheless.
        # In a session of its own Deno hears it once, and from this program.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        command = [program, "jupyter", "--kernel", "--conn", file]
        # lib/visuals/show/display.ts waits after each output where this is missing.
        environment = {**os.environ, "KERNEL_FLUSHES": "1"}
        if STOP_BY_LINE:
            environment["KERNEL_STOP"] = "line"
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE if STOP_BY_LINE else subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        if not WINDOWS:
            # The guard's input ends with this program, however that ends.
            script = "trap '' INT TERM HUP; read _; kill -9 $0; rm -rf \"$1\""
            guard = ["/bin/sh", "-c", script, str(self.process.pid), self.folder]
            self.guard = subprocess.Popen(guard, stdin=subprocess.PIPE, start_new_session=True)

    def connect(self, kind, channel):
        end = self.context.socket(kind)
        end.linger, end.sndhwm, end.rcvhwm, end.reconnect_ivl = 0, 0, 0, 10
        if kind == zmq.SUB:
            end.subscribe(b"")
        else:
            end.identity = self.name.encode()  # Deno asks on stdin whoever has asked it on shell
        end.connect(f"tcp://127.0.0.1:{self.ports[f'{channel}_port']}")
        return end

    def request(self, kind, content, message_id):
        """Asks something of this program's own."""
        header = {**self.session.msg_header(kind), "msg_id": message_id}
        self.session.send(self.shell, kind, content, header=header)

    def forget_folder(self):
        """Once Deno is connected, nobody reads the connection file again."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def interrupt(self):
        if not STOP_BY_LINE:
            return self.process.send_signal(signal.SIGINT)
        try:
            self.process.stdin.write(b"stop\n")
            self.process.stdin.flush()
        except OSError:
            pass  # Deno has ended

    def end(self):
        """Leaves no process behind."""
        if STOP_BY_LINE:
            self.process.stdin.close()
        try:
            self.process.wait(1.0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if not WINDOWS:
            self.guard.kill()
        self.forget_folder()
