"""What a second person says of what another proposed, in words: a page never shows a bare mark for it."""

from django.utils.translation import gettext_lazy as _

ANSWERS = [(None, _("waits for an answer")), (True, _("Yes")), (False, _("No"))]
