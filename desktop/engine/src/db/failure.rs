//! SQLite's errors in the words of the retry rule.

use rollcall_shared::retry::Failure;
use rusqlite::ErrorCode;

/// Names a failure, and with it whether time can help. A damaged file is the disk's failure, never the
/// message's: nothing is parked for it.
pub(crate) fn classify(error: &rusqlite::Error) -> Failure {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy) => Failure::Busy,
        Some(ErrorCode::DatabaseLocked | ErrorCode::SchemaChanged) => Failure::Locked,
        Some(ErrorCode::DiskFull) => Failure::DiskFull,
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Failure::ReadOnly,
        Some(
            ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::OutOfMemory
            | ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::OperationInterrupted
            | ErrorCode::OperationAborted,
        ) => Failure::Io,
        _ => Failure::Permanent,
    }
}

/// Whether a rule of the tables refused it: one number, one row; one id, one row.
pub(crate) fn is_constraint(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
}
