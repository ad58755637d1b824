"""The review as data: protocol, flow, overlap, quality, checklists, and the import of search exports.

Questions a reader asks: what was looked for (`protocol`), what became of everything found (`flow`), who is counted
twice (`overlap`), how far each group can be trusted (`quality`), where each item of the reporting guidelines is
answered (`checklist`). New records come from search exports (`exports`, `importing`, `append`).
"""

from analysis.protocol import load as protocol

__all__ = ["protocol"]
