"""Between permissions of the workspace and permissions on the wire."""

from __future__ import annotations

from dataclasses import asdict

from tuneport.api.checkpoint_permissions.wire import PermissionList, PermissionObject
from tuneport.workspace import Page, Permission


def permission_list(page: Page[Permission]) -> PermissionList:
    return PermissionList(
        data=[PermissionObject(**asdict(permission)) for permission in page.items],
        first_id=page.items[0].id if page.items else None,
        last_id=page.items[-1].id if page.items else None,
        has_more=page.has_more,
    )
