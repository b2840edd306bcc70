//! Empties the write-ahead log, so that nothing of what was erased is left in it.

use std::time::{Duration, Instant};

use super::Writer;

/// How long the write-ahead log is waited for: readers are short.
const LOG_FOR: Duration = Duration::from_secs(10);
/// Between two looks at it.
const LOG_EVERY: Duration = Duration::from_millis(50);

pub(crate) async fn empty(writer: &Writer) -> bool {
    let deadline = Instant::now() + LOG_FOR;
    loop {
        match writer.empty_log().await {
            Ok(true) => return true,
            Ok(false) | Err(_) if Instant::now() < deadline => tokio::time::sleep(LOG_EVERY).await,
            Ok(false) | Err(_) => {
                tracing::warn!(
                    "the write-ahead log is emptied when the engine ends: something goes on reading"
                );
                return false;
            }
        }
    }
}
