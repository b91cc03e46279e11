"""Files that people upload: judged by their content, cleaned, scanned, before anything keeps them.

`check_upload` is the only way to a `Checked` file, and a `Checked` file is the only thing that
`liaison.services.keep_file` takes.
"""

from liaison.files.checking import Checked, check_upload
from liaison.files.refusal import FileRefused

__all__ = ["Checked", "FileRefused", "check_upload"]
