from ..tools import log_redaction
from . import guard, site, mapping, stage, opening, guest, access, reception
