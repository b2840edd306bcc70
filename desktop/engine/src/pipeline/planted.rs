//! Defects that tests plant on the way of a message.

use rollcall_shared::envelope::Envelope;
use rollcall_shared::mailbox::ReceiptUpdate;
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::workshop::WorkshopId;

use crate::edge::client::EdgeClient;
use crate::failpoints;
use crate::pipeline::stream::Entry;

/// Commits the defect `planted_receipts_before_commit`: says *registered* of mail that has only been pulled.
pub(crate) async fn planted_too_soon(edge: &EdgeClient, workshop: &WorkshopId, mail: &[Entry]) {
    if failpoints::planted("planted_receipts_before_commit") {
        let ids =
            mail.iter().filter_map(|entry| Envelope::parse(&entry.body).ok()).map(|envelope| envelope.id);
        let (state, see_desk, rev) = (ReceiptState::Registered, false, 1);
        let receipts = ids.map(|id| ReceiptUpdate { id, state, see_desk, rev }).collect();
        let _ = edge.send_receipts(workshop, receipts).await;
    }
}
