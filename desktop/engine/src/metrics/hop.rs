//! Where messages and receipts wait, as figures name it.

/// A place where messages or receipts wait.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Hop {
    /// In the mailbox, as the edge said last.
    Edge,
    /// Pulled, not yet acknowledged in the stream.
    Stream,
    /// Before the writer.
    Writer,
    /// Receipts that the edge has not confirmed.
    Receipts,
}

impl Hop {
    /// Every hop, in the order in which they are declared.
    pub(crate) const ALL: [Self; 4] = [Self::Edge, Self::Stream, Self::Writer, Self::Receipts];
}
