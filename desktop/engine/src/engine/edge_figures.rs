//! The edge's own figures (cache hits by level, alarms), fetched now and then to be shown with the laptop's
//! at `/metrics`.

use std::sync::Arc;
use std::time::Duration;

use crate::engine::host::Host;

/// Between two looks. A look is one request of the deployment's.
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(30);

/// Runs until the engine stops. What cannot be fetched keeps its last value: the health of each pipeline says
/// that the edge is away.
pub(crate) async fn watch(host: Arc<Host>) {
    loop {
        if let Some(edge) = host.pipelines.edge() {
            match edge.figures().await {
                Ok(Some(figures)) => host.context.metrics.set_edge(&figures),
                Ok(None) => {}
                Err(error) => tracing::debug!(%error, "the edge's figures were not fetched"),
            }
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = host.context.stop.cancelled() => return,
        }
    }
}
