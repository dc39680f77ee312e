"""Keys, tokens and passwords in text, by the detectors of detect-secrets and four formats that it lacks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module

# Of its detectors, those that go by a format: the ones that go by entropy or by the word "password" speak up too often.
_DETECTORS = {
    "artifactory": "ArtifactoryDetector",
    "aws": "AWSKeyDetector",
    "azure_storage_key": "AzureStorageKeyDetector",
    "basic_auth": "BasicAuthDetector",
    "discord": "DiscordBotTokenDetector",
    "github_token": "GitHubTokenDetector",
    "jwt": "JwtTokenDetector",
    "mailchimp": "MailchimpDetector",
    "npm": "NpmDetector",
    "private_key": "PrivateKeyDetector",
    "sendgrid": "SendGridDetector",
    "slack": "SlackDetector",
    "square_oauth": "SquareOAuthDetector",
    "stripe": "StripeDetector",
    "twilio": "TwilioKeyDetector",
}
_OWN = {
    "OpenAI Token": re.compile(r"\bsk-(?:proj|svcacct|admin)-[\w-]{20,200}|\bsk-[\w-]{20,100}T3BlbkFJ\w{20}"),
    "Anthropic Token": re.compile(r"\bsk-ant-[a-z]{2,10}\d\d-[\w-]{20,200}"),
    "Hugging Face Token": re.compile(r"\bhf_[A-Za-z0-9]{30,60}\b"),
    "GitLab Token": re.compile(r"\bglpat-[\w-]{20,50}"),
}
_LIKELY = re.compile(r"[\w+/=.-]{16}|PRIVATE KEY|://")
_PIECE = 4000
_OVERLAP = 400


def credential_kinds(text: str) -> set[str]:
    """Give the kinds of credentials in a text, never the credentials themselves."""
    kinds: set[str] = set()
    for piece in _likely_pieces(text):
        kinds.update(kind for kind, pattern in _OWN.items() if pattern.search(piece))
        kinds.update(kind for kind, find in _detectors() if next(find(piece), None) is not None)
    return kinds


def _likely_pieces(text: str) -> Iterator[str]:
    """Give the pieces of a text worth a closer look: some patterns take the square of the length."""
    if not _LIKELY.search(text):
        return
    for start in range(0, max(len(text) - _OVERLAP, 1), _PIECE - _OVERLAP):
        piece = text[start : start + _PIECE]
        if _LIKELY.search(piece):
            yield piece


@cache
def _detectors() -> tuple[tuple[str, Callable[[str], Iterator[str]]], ...]:
    """Give kind and search of each detector. Imported late: with it comes an HTTP client that is never used here."""
    detectors = (
        getattr(import_module(f"detect_secrets.plugins.{module}"), name)() for module, name in _DETECTORS.items()
    )
    return tuple((detector.secret_type, detector.analyze_string) for detector in detectors)
