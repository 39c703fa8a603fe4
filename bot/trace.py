"""Where an exception came from. The rule to keep: never its message, which may quote what somebody typed."""

from __future__ import annotations


def place_of(trouble: BaseException) -> str:
    """The kind of an exception and the file and line it was raised at: "ValueError at bot/delivery.py:120"."""
    trace = trouble.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return f"{type(trouble).__name__} at nowhere"
    file = "/".join(trace.tb_frame.f_code.co_filename.split("/")[-2:])
    return f"{type(trouble).__name__} at {file}:{trace.tb_lineno}"
