"""The log of an invocation is over when its function says so, not after a while without a line.

Symptom: an answer waits until a function has been silent for 5 ms, or for 50 ms if it has logged
nothing, which is what an authorizer and the edge of the collector do: most of what they take.

Remedy: the worker script writes a mark behind the invocation's last line, before it answers.
"""

import queue
import time

from ministack.core import lambda_runtime

# No function writes this: 0x1E is the record separator of ASCII.
_END = "\x1eend of invocation\x1e"
_ANSWERED = "        _real_stdout.flush()\n\nrun()"
# Seconds. The mark precedes the answer; only a worker that has died sends none.
_LONGEST_WAIT = 1.0


def apply() -> None:
    """Let Python workers mark the ends of their logs, and read up to the mark."""
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    if script.count(_ANSWERED) != 1:
        message = "ministack's worker script no longer answers in the known form"
        raise RuntimeError(message)
    marked = f"        print({_END!r}, file=sys.stderr, flush=True)\n{_ANSWERED}"
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(_ANSWERED, marked)
    original = lambda_runtime.Worker._drain_stderr_bounded

    def drain(self, *waits, **more):
        if self.config.get("Runtime", "").startswith("python"):
            return _up_to_mark(self._stderr_queue)
        return original(self, *waits, **more)

    lambda_runtime.Worker._drain_stderr_bounded = drain


def _up_to_mark(lines):
    """Return the lines before the mark; the last one may lack its end."""
    read, deadline = [], time.monotonic() + _LONGEST_WAIT
    while (left := deadline - time.monotonic()) > 0:
        try:
            line = lines.get(timeout=left)
        except queue.Empty:
            break
        if line.endswith(_END):
            return "\n".join([*read, *filter(None, [line.removesuffix(_END)])])
        read.append(line)
    return "\n".join(read)
