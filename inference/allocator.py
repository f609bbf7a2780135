"""The C library told to keep the memory it gets back: a fresh page costs a fault, and activations are many pages.

Each forward pass of a convolutional net frees and takes tens of megabytes. glibc maps and unmaps such blocks anew every
time, and the kernel fills each page with zeros at its first touch. The parameters are described in `man mallopt`.
"""

import ctypes
import logging
import platform
from functools import cache

log = logging.getLogger(__name__)

TRIM_THRESHOLD, TOP_PAD, MMAP_MAX = -1, -2, -4  # glibc's malloc.h


@cache
def keep_freed_memory() -> bool:
    """From now on freed memory stays with the process, for its next use; whether that is so. Once for the process.

    Only glibc has this; elsewhere nothing is done.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    wanted = {MMAP_MAX: 0, TRIM_THRESHOLD: 2**31 - 1, TOP_PAD: 64 * 2**20}
    done = all([bool(mallopt(name, value)) for name, value in wanted.items()])
    log.info("freed memory is %s", "kept for the next forward pass" if done else "given back as before")
    return done
