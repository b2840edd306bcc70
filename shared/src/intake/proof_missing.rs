//! What is asked for where a proof of work is missing.

use crate::allowance::ProofReason;
use crate::proof::Challenge;

/// A proof of work is asked for, and no valid one came along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofMissing {
    /// Why.
    pub reason: ProofReason,
    /// What a script has to solve.
    pub challenge: Challenge,
}
