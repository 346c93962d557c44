"""The kernel that Jupyter starts: Deno's own, with what readers expect of a kernel around it.

python kernel.py path/to/deno connection_file

Deno's kernel sends a cell's last outputs after it has called the cell done, says nothing of a syntax error,
goes on with the queue after a failed cell, and dies of the Stop button (denoland/deno#24491). This program
stands between it and Jupyter, passes messages on, and mends these four; it also says where a cell cannot be
stopped. Both sides share one key, so that most messages pass as they are, signature included.
"""

import json
import os
import signal
import socket
import sys
import threading
import time
import uuid
from collections import deque

import zmq
from jupyter_client.session import DELIM, Session
from kernel_deno import WINDOWS, Deno
from kernel_errors import advise, explain

# A cell's last outputs are some 5 ms late; only where something blocks Deno are they waited for so long.
FLUSH_SECONDS = 1.0
# Run All sends its cells one by one: those still under way when a cell fails belong to the queue, too.
QUEUE_SECONDS = 0.1
# What listens to Stop has ended by then; of any other cell the reader is told that it goes on.
STOP_SECONDS = 1.0
GOES_ON = (
    "Stop: this cell is at work that cannot be cut short; it ends when that is done. "
    "To end it now, restart the kernel.\n"
)
# The answer while Deno is starting, so that JupyterLab is connected at once; then Deno's own takes its place.
LANGUAGE = {"name": "typescript", "version": "", "mimetype": "text/x.typescript", "file_extension": ".ts"}
KERNEL_INFO = {
    "status": "ok",
    "protocol_version": "5.3",
    "implementation": "Deno kernel",
    "implementation_version": "",
    "language_info": {**LANGUAGE, "codemirror_mode": "typescript", "pygments_lexer": "typescript"},
    "banner": "Deno kernel",
    "help_links": [],
}


class Message:
    """Frames as they came: idents, delimiter, signature, header, parent, metadata, content, buffers."""

    def __init__(self, frames):
        self.frames, self.at = frames, frames.index(DELIM)
        header = self.part(2)
        self.id, self.kind = header["msg_id"], header["msg_type"]
        self.parent_id = self.part(3).get("msg_id", "")
        self.idents, self.header = frames[: self.at], frames[self.at + 2]

    def part(self, place):
        return json.loads(self.frames[self.at + place])

    @property
    def content(self):
        return self.part(5)

    def change(self, session, parent=None, content=None):
        if parent is not None:
            self.frames[self.at + 3] = parent
        if content is not None:
            self.frames[self.at + 5] = json.dumps(content).encode()
        self.frames[self.at + 1] = session.sign(self.frames[self.at + 2 : self.at + 6])


class Kernel:
    def __init__(self, program, connection_file):
        self.program = program
        with open(connection_file) as file:
            outer = json.load(file)
        key = outer["key"].encode()
        self.session = Session(key=key, signature_scheme=outer["signature_scheme"])
        self.mark = f"mark-{uuid.uuid4()}"  # begins the ids of this program's own requests
        self.info, self.connected, self.heard = KERNEL_INFO, False, False
        self.waiting, self.running, self.cells = deque(), None, 0
        self.askers = {}  # by message id: Deno's answers do not say whom they are for
        self.newest = b"{}"  # the header of the newest cell: late outputs are its own
        self.timer = None  # when to do what, in the course of a cell
        self.told_at = None  # when to say that the running cell goes on after Stop
        self.signals, self.leaving = [], False

        self.context, self.handlers = zmq.Context(), {}
        self.shell = self.bind(outer, zmq.ROUTER, "shell", self.on_shell)
        self.control = self.bind(outer, zmq.ROUTER, "control", self.on_control)
        self.stdin = self.bind(outer, zmq.ROUTER, "stdin", self.on_stdin)
        self.iopub = self.bind(outer, zmq.PUB, "iopub")
        heartbeat = self.bind(outer, zmq.ROUTER, "hb")
        threading.Thread(target=echo, args=[heartbeat], daemon=True).start()
        self.deno = Deno(program, self.session, self.context, self.mark)
        self.handlers[self.deno.shell] = self.on_inner_shell
        self.handlers[self.deno.control] = lambda message: None
        self.handlers[self.deno.stdin] = self.on_inner_stdin
        self.handlers[self.deno.iopub] = self.on_inner_iopub
        self.listen()

    def bind(self, outer, kind, channel, handle=None):
        between = ":" if outer["transport"] == "tcp" else "-"
        end = self.context.socket(kind)
        end.linger, end.sndhwm, end.rcvhwm = 500, 0, 0
        end.bind(f"{outer['transport']}://{outer['ip']}{between}{outer[f'{channel}_port']}")
        if handle:
            self.handlers[end] = handle
        return end

    def listen(self):
        """Signals wake the loop: the SIGINT of the Stop button, those that end, and Deno's own end."""
        self.wake, self.waker = socket.socketpair()
        self.wake.setblocking(False)
        self.waker.setblocking(False)
        signal.set_wakeup_fd(self.waker.fileno(), warn_on_full_buffer=False)
        for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGCHLD"):
            if number := getattr(signal, name, None):
                signal.signal(number, lambda *_, name=name: self.signals.append(name))

    def serve(self):
        """Passes messages on until Deno ends, whose exit code it returns, or is to end."""
        poller = zmq.Poller()
        for end in (*self.handlers, self.wake.fileno()):
            poller.register(end, zmq.POLLIN)
        parent = os.environ.get("JPY_PARENT_PID")
        self.publish("status", {"execution_state": "starting"}, b"{}")
        self.deno.request("kernel_info_request", {}, f"{self.mark}-info")
        while self.deno.process.poll() is None:
            patience = 1.0 if self.heard or not self.connected else 0.02
            if self.timer:
                patience = max(0.0, min(patience, self.timer[0] - time.monotonic()))
            if self.told_at:
                patience = max(0.0, min(patience, self.told_at - time.monotonic()))
            if self.connected and not self.heard:
                self.deno.request("kernel_info_request", {}, f"{self.mark}-info")
            for end, _ in poller.poll(1000 * patience):
                if end == self.wake.fileno():
                    self.wake.recv(4096)
                else:
                    self.pass_on(end)
            if self.timer and time.monotonic() >= self.timer[0]:
                (_, act), self.timer = self.timer, None
                act()
            if self.told_at and time.monotonic() >= self.told_at:
                self.told_at = None
                self.publish("stream", {"name": "stderr", "text": GOES_ON}, self.running.header)
            while self.signals:
                name = self.signals.pop(0)
                if name == "SIGINT":
                    self.stop()
                elif name != "SIGCHLD":
                    self.deno.process.terminate()
                    return 0
            if self.leaving or parent and not WINDOWS and os.getppid() != int(parent):
                return 0
        while self.deno.iopub.poll(50):
            self.pass_on(self.deno.iopub)
        return self.deno.process.returncode if self.deno.process.returncode >= 0 else 1

    def pass_on(self, end):
        try:
            message = Message(end.recv_multipart())
        except (ValueError, KeyError):
            return  # no message of Jupyter's
        self.handlers[end](message)

    def end(self):
        self.deno.end()
        for end in (*self.handlers, self.iopub):
            end.close()
        self.context.term()  # once all is sent

    # From Jupyter.

    def on_shell(self, message):
        if not self.trusts(message):
            return
        if message.kind == "execute_request":
            self.waiting.append(message)
            self.run_next()
        elif message.kind == "kernel_info_request":
            self.answer(self.shell, message, self.info)
        else:
            self.to_deno(message)

    def on_control(self, message):
        if not self.trusts(message):
            return
        if message.kind == "kernel_info_request":
            self.answer(self.control, message, self.info)
        elif message.kind == "interrupt_request":
            self.stop()
            self.answer(self.control, message, {"status": "ok"})
        elif message.kind == "shutdown_request":
            self.leaving = True
            self.answer(self.control, message, {"status": "ok", **message.content})
            self.deno.control.send_multipart(message.frames[message.at :])

    def on_stdin(self, message):
        self.deno.stdin.send_multipart(message.frames[message.at :])

    def trusts(self, message):
        try:
            self.session.deserialize(message.frames[message.at + 1 :])
            return True
        except ValueError:
            return False

    def stop(self):
        """The Stop button: cells that wait are dropped; the one that runs hears of it, and ends by itself."""
        self.drop_waiting()
        self.deno.interrupt()
        if self.running and not self.told_at:
            self.told_at = time.monotonic() + STOP_SECONDS

    def drop_waiting(self):
        while self.waiting:
            self.answer(self.shell, self.waiting.popleft(), {"status": "aborted"})

    # To Jupyter.

    def publish(self, kind, content, parent):
        """An output with the parent's header as it came."""
        header = json.dumps(self.session.msg_header(kind), default=lambda date: date.isoformat()).encode()
        frames = [header, parent, b"{}", json.dumps(content).encode()]
        self.iopub.send_multipart([kind.encode(), DELIM, self.session.sign(frames), *frames])

    def answer(self, end, message, content):
        self.publish("status", {"execution_state": "busy"}, message.header)
        kind = message.kind.replace("request", "reply")
        self.session.send(end, kind, content, parent=message.part(2), ident=message.idents)
        self.publish("status", {"execution_state": "idle"}, message.header)

    # To and from Deno: one cell at a time.

    @property
    def ready(self):
        """Whether Deno has answered, and its outputs are heard."""
        return self.connected and self.heard

    def run_next(self):
        if self.running or not self.waiting or not self.ready:
            return
        self.running = self.waiting.popleft()
        self.newest, self.cells = self.running.header, self.cells + 1
        self.reply, self.idle, self.error_shown, self.marks = None, False, False, 0
        self.to_deno(self.running)

    def to_deno(self, message):
        self.askers[message.id] = message.idents
        self.deno.shell.send_multipart(message.frames[message.at :])

    def on_inner_shell(self, message):
        if message.parent_id == f"{self.mark}-info":
            self.info, self.connected = message.content, True
            self.run_next()
        elif self.running and message.parent_id == self.running.id:
            self.reply = message
            self.flush()
        elif not message.parent_id.startswith(self.mark):
            self.shell.send_multipart([*self.askers.pop(message.parent_id, []), *message.frames])

    def on_inner_stdin(self, message):
        if self.running:
            self.stdin.send_multipart([*self.running.idents, *message.frames])

    def on_inner_iopub(self, message):
        if message.parent_id == f"{self.mark}-info":
            self.heard = True
            self.deno.forget_folder()
            return self.run_next()
        if message.parent_id.startswith(self.mark):
            if message.kind in ("status", "execute_input") or self.is_mark(message):
                return
            message.change(self.session, parent=self.newest)
        elif self.running and message.parent_id == self.running.id:
            if message.kind == "status" and message.content["execution_state"] == "idle":
                self.idle = True
                return self.flush()
            if message.kind == "error":
                self.error_shown = True
                if advised := advise(message.content):
                    message.change(self.session, content=advised)
        self.iopub.send_multipart(message.frames)

    def flush(self):
        """After a cell's end: marks on both of Deno's ways out, where they queue behind all that the cell sent."""
        if not self.reply or not self.idle:
            return
        mark = f"{self.mark}-{self.cells}"
        code = f"console.log('{mark}');await Deno.jupyter.broadcast('{mark}',{{}})"
        options = {"silent": True, "store_history": False, "stop_on_error": False, "allow_stdin": False}
        self.deno.request("execute_request", {"code": code, "user_expressions": {}, **options}, mark)
        self.timer = (time.monotonic() + FLUSH_SECONDS, self.on_flushed)

    def is_mark(self, message):
        text = message.content["text"].strip() if message.kind == "stream" else message.kind
        if text == f"{self.mark}-{self.cells}":
            self.marks += 1
            if self.marks == 2 and self.running:
                self.timer = (0, self.on_flushed)
        return self.mark in text

    def on_flushed(self):
        """All outputs are out. A failed cell ends the queue, as in Python's kernel."""
        content, asked = self.reply.content, self.running.content
        if content["status"] == "ok":
            return self.finish()
        if not self.error_shown:
            missing = explain(self.program, asked["code"])
            self.publish("error", missing, self.newest)
            self.reply.change(self.session, content={**content, **missing})
        if not asked.get("stop_on_error", True):
            return self.finish()
        self.timer = (time.monotonic() + QUEUE_SECONDS, lambda: self.finish(failed=True))

    def finish(self, failed=False):
        self.shell.send_multipart([*self.running.idents, *self.reply.frames])
        self.publish("status", {"execution_state": "idle"}, self.newest)
        self.askers.pop(self.running.id)
        self.running = self.told_at = None
        if failed:
            self.drop_waiting()
        self.run_next()


def echo(heartbeat):
    """Answers in a thread of its own until the context ends."""
    try:
        zmq.proxy(heartbeat, heartbeat)
    except zmq.ZMQError:
        heartbeat.close()


if __name__ == "__main__":
    kernel = Kernel(*sys.argv[1:])
    code = 1
    try:
        code = kernel.serve()
    finally:
        kernel.end()
    sys.exit(code)
