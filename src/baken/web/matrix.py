"""Addresses that a phone's camera reads from paper."""

import io

import segno


def code_of(address: str) -> bytes:
    """Return an address as a picture that telephones read off paper (QR, ISO/IEC 18004), SVG."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=2, xmldecl=False)
    return drawn.getvalue()
