"""Which base models there are, what each can do, how to get it, aliases, retirement dates."""

from tuneport.catalog.alias_file import read_aliases
from tuneport.catalog.aliases import add_alias, find_alias, remove_alias
from tuneport.catalog.disk_space import require_disk_space
from tuneport.catalog.encodings import fetch_encoding, find_encoding
from tuneport.catalog.listing import find_model, is_pulled, list_models, model_folder, record_file, require_pulled
from tuneport.catalog.pre_tokenizers import WHOLE_WORDS_FIRST, name_of_pre_tokenizer
from tuneport.catalog.progress import OnProgress, PullProgress
from tuneport.catalog.pull import pull
from tuneport.catalog.record import BaseModel, FolderSource, HubSource, PypiSource
from tuneport.catalog.requested_model import PATH_STARTS

__all__ = [
    "PATH_STARTS",
    "WHOLE_WORDS_FIRST",
    "BaseModel",
    "FolderSource",
    "HubSource",
    "OnProgress",
    "PullProgress",
    "PypiSource",
    "add_alias",
    "fetch_encoding",
    "find_alias",
    "find_encoding",
    "find_model",
    "is_pulled",
    "list_models",
    "model_folder",
    "name_of_pre_tokenizer",
    "pull",
    "read_aliases",
    "record_file",
    "remove_alias",
    "require_disk_space",
    "require_pulled",
]
