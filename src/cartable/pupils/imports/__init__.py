"""Pupils and guardians from files: SIECLE, ONDE, FREGATA, or Cartable's own list.

The order of the files does not matter: a guardian whose child is not there yet waits, sealed, for at most
fifteen days or until the return is sent. A pupil that the file says gone is taken out if he was here ("changed"),
else rejected with the reason. What a file leaves empty, and what people typed, is kept.
"""

from cartable.pupils.imports.run import ImportReport, import_pupils
from cartable.pupils.imports.template import pupil_template


__all__ = ["ImportReport", "import_pupils", "pupil_template"]
