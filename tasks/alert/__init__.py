"""Telling people: what opened and what closed, once, through the channels that they set.

`telling` is the end of a run; `book` keeps what is open, `state` decides, `message` says it, `outbox` delivers it through `channels`.
Imports nothing of its own, so that `evidence status` reads the book without loading the pipeline.
"""
