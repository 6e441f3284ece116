"""Tables as the pages of auditors and providers show them: sorted, cut into pages, downloaded."""
