"""Bytes from an address that a request names; what is on this machine and its network only if the owner allows it."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from tuneport.core import InvalidRequest

if TYPE_CHECKING:
    import httpx

SCHEMES = ("http", "https")
MAX_REDIRECTS = 5
SILENCE_SECONDS = 30
"""An address that sends nothing for so long is given up."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def fetch(url: str, *, may_be_private: bool, seconds: float) -> Iterator[bytes]:
    """Give the bytes as they come. Raises `InvalidRequest` with why they don't.

    `may_be_private`: whether the address may be of this machine or its network. `seconds`: for all of it.
    """
    import httpx  # Needed by few requests, and a tenth of the server's start.

    deadline = time.monotonic() + seconds
    # A proxy of the environment would connect to what we must not.
    with httpx.Client(timeout=SILENCE_SECONDS, trust_env=False) as client:
        try:
            for _ in range(MAX_REDIRECTS + 1):
                with closing(client.send(_request(url, may_be_private=may_be_private), stream=True)) as response:
                    if not response.has_redirect_location:
                        yield from _body(url, response, deadline)
                        return
                    url = urljoin(url, response.headers["location"])
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise import_failed(
                f"{shown(url)}: {error or type(error).__name__}. Check the address and import again."
            ) from error
    raise import_failed(f"{shown(url)}: more than {MAX_REDIRECTS} redirects on the way. Give the last address.")


def import_failed(message: str) -> InvalidRequest:
    return InvalidRequest(message, code="file_import_failed", param="content_url")


def shown(url: str) -> str:
    """Give an address as people may see it: what stands behind the question mark is often a key."""
    return url.partition("?")[0][:200]


def _request(url: str, *, may_be_private: bool) -> httpx.Request:
    """Give the request to the very address that was checked: asked again, a name may have another."""
    import httpx

    target = httpx.URL(url)
    if target.scheme not in SCHEMES or not target.host:
        raise import_failed(f"{shown(url)}: is no address of the web. Use http:// or https://.")
    address = _checked_address(url, target.host, may_be_private=may_be_private)
    return httpx.Request(
        "GET",
        target.copy_with(host=address),
        headers={"host": target.netloc.decode(), "accept-encoding": "identity"},
        extensions={"sni_hostname": target.host, "timeout": httpx.Timeout(SILENCE_SECONDS).as_dict()},
    )


def _body(url: str, response: httpx.Response, deadline: float) -> Iterator[bytes]:
    if not response.is_success:
        raise import_failed(
            f"{shown(url)}: answered {response.status_code}. Give an address that answers with the file."
        )
    for chunk in response.iter_bytes():
        if time.monotonic() > deadline:
            raise import_failed(f"{shown(url)}: the file did not come in time. Upload it, or import it again.")
        yield chunk


def _checked_address(url: str, host: str, *, may_be_private: bool) -> str:
    addresses = [str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    private = [address for address in addresses if not _is_of_the_internet(address)]
    if private and not may_be_private:
        raise import_failed(
            f"{shown(url)}: {private[0]} is an address of this machine or its network, which imports may not read. "
            "Upload the file, or let the server's owner set imports_from_private_addresses."
        )
    return addresses[0]


def _is_of_the_internet(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        # An IPv4 address inside is the one that is reached.
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _is_of_the_internet(str(inner))
    return address.is_global and not address.is_multicast
