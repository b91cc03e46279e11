"""Uploads: a body larger than we take is refused while it arrives, not after it filled the disk."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler

TOO_LARGE = "upload_too_large"  # set on the request, for the form to say so


class CappedUploadHandler(TemporaryFileUploadHandler):
    """Stream to a temporary file and stop reading past UPLOAD_MAX_BYTES; the form then sees no file."""

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):  # type: ignore[no-untyped-def]
        self.taken = 0
        setattr(self.request, TOO_LARGE, False)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.taken += len(raw_data)
        if self.taken > settings.UPLOAD_MAX_BYTES:
            setattr(self.request, TOO_LARGE, True)
            raise StopUpload(connection_reset=False)
        super().receive_data_chunk(raw_data, start)
