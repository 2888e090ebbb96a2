"""The configuration language of Redis 7, which is Memurai's: read, write and compare by meaning.

- `values`: single values: quoting, sizes, yes and no.
- `language`: lines, arguments and directives: `parse`, `render`.
- `kinds`, `directives`: of each directive, the kind of its value, its default, and whether it changes live.
- `acl`: the rules of a `user` line.
- `document`: a configuration, read once: `Document`.
- `meaning`: what the lines of a file amount to, and which a server refuses: `key`, `normal`, `check`, `problems`.
- `membership`: what a set's member has of its own: its role.
- `sentinel`: a Sentinel's own file, which it writes itself: `SentinelDocument`.
- `changes`: what is to be done to a live file: `compare`, `merge`, `needs_restart`, `set_arguments`.
"""

from memurai.config.changes import Change, compare, merge, needs_restart, set_arguments
from memurai.config.document import Document
from memurai.config.language import Directive, parse, render, split_arguments
from memurai.config.meaning import check, key, normal, problems
from memurai.config.values import flag, format_size, parse_size, quote

__all__ = [
    "Change",
    "Directive",
    "Document",
    "check",
    "compare",
    "flag",
    "format_size",
    "key",
    "merge",
    "needs_restart",
    "normal",
    "parse",
    "parse_size",
    "problems",
    "quote",
    "render",
    "set_arguments",
    "split_arguments",
]
