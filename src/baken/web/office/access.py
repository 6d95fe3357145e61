"""Who may see the team's screens."""

from __future__ import annotations

from baken.web.acting import Call, Gate, Go, Reply


def gate(role: str) -> Gate:  # noqa: ARG001
    """Return what lets a call of somebody signed in with a role pass.

    Args:
        role: officer, editor, head or admin.
    """

    def to_sign_in(call: Call) -> Call | Reply:  # noqa: ARG001
        # Nobody can be signed in before there are accounts.
        return Go("/desk/sign-in")

    return to_sign_in
