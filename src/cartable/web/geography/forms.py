"""The one form of the directory: a file of it."""

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cartable.web.forms import Form, UploadField


class DirectoryForm(Form):
    """A file of the official directory; it is read by a limited child process."""

    file = UploadField(
        label=_("Fichier de l'annuaire"),
        suffixes=(".csv", ".gz", ".xlsx", ".ods"),
        max_bytes=settings.UPLOAD_MAX_BYTES,
    )

    def path(self) -> Path:
        """Give where the upload stands for the time of the request."""
        return Path(self.cleaned_data["file"].temporary_file_path())
