//! How long a server that is to end is waited for.

use std::time::Duration;

/// How long a server may take to end when it is asked to.
pub(super) const GRACE: Duration = Duration::from_secs(5);
/// Between two looks at a server that is to end.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(5);
