"""Azure's spelling of names and ids; what is stored is ours, and both are understood."""

from __future__ import annotations

import re

_OWN = re.compile(
    r"ft:(?P<base>[^:]+):[^:]*:(?P<suffix>[^:]*):(?P<id>[A-Za-z0-9]{8})(?P<step>:ckpt-step-\d+)?", re.ASCII
)
_AZURE = re.compile(
    r"(?P<base>[^:]+?)\.ft-(?P<id>[0-9a-f]{16})(?:-(?P<suffix>[^:]*))?(?P<step>:ckpt-step-\d+)?", re.ASCII
)


def azure_model_name(name: str) -> str:
    """`ft:BASE:ORGANIZATION:SUFFIX:ID` → `BASE.ft-HEX-SUFFIX`; the name of a base model stays as it is."""
    match = _OWN.fullmatch(name)
    if match is None:
        return name
    suffix = f"-{match['suffix']}" if match["suffix"] else ""
    return f"{match['base']}.ft-{match['id'].encode().hex()}{suffix}{match['step'] or ''}"


def own_model_name(name: str, *, organization: str) -> str:
    """Give our name for a model or checkpoint that is named in either spelling."""
    match = _AZURE.fullmatch(name)
    if match is None:
        return own_checkpoint_id(name)
    model_id = bytes.fromhex(match["id"]).decode("latin-1")
    return f"ft:{match['base']}:{organization}:{match['suffix'] or ''}:{model_id}{match['step'] or ''}"


def azure_checkpoint_id(checkpoint_id: str) -> str:
    """`ftckpt_…` → `ftchkpt-…`."""
    return checkpoint_id.replace("ftckpt_", "ftchkpt-", 1)


def own_checkpoint_id(checkpoint_id: str) -> str:
    return checkpoint_id.replace("ftchkpt-", "ftckpt_", 1)
