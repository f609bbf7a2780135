"""The machine that figures were taken on, in general terms: no name, no path, nothing that tells whose it is."""

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "amx_bf16", "amx_int8", "asimd", "bf16", "sve")
"""What decides how fast matrices are multiplied, and whether bfloat16 pays, as Linux calls it on x86 and ARM."""
PACKAGES = ("torch", "transformers", "gradio", "shap", "numpy")


def describe() -> dict[str, Any]:
    """Processor, its flags, cores, memory, versions, and how busy the machine was (load over the last minute)."""
    import torch

    text = read("/proc/cpuinfo")
    flags = set((re.search(r"^(?:flags|Features)\s*:(.*)$", text, re.M) or [text, ""])[1].split())
    model = re.search(r"^model name\s*:\s*(.+)$", text, re.M)
    total = re.search(r"^MemTotal:\s*(\d+) kB", read("/proc/meminfo"), re.M)
    return {
        "processor": model[1] if model else platform.machine(),
        "flags": [flag for flag in FLAGS if flag in flags],
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(int(total[1]) * 1024 / 1e9) if total else None,
        "torch_threads": torch.get_num_threads(),
        "accelerator": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "system": platform.system(),
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
        "load": round(os.getloadavg()[0], 1),
    }


def sentence(machine: dict[str, Any]) -> str:
    """The same for people."""
    versions = ", ".join(f"{name} {machine[name]}" for name in ("python", *PACKAGES))
    return (
        f"{machine['processor']}, {machine['cores']} cores ({', '.join(machine['flags'])}), {machine['memory_gb']} GB, "
        f"{machine['accelerator'] or 'no accelerator'}, {machine['torch_threads']} threads of torch, "
        f"{machine['system']}; {versions}; load of {machine['load']} at the start."
    )


def read(file: str) -> str:
    """A file of the kernel's; empty where there is none."""
    return Path(file).read_text() if Path(file).is_file() else ""
