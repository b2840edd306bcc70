//! What the loops of one workshop's pipeline share: how they are doing, how much waits, and what ends them.

use std::sync::Arc;
use std::time::Duration;

use rollcall_shared::workshop::WorkshopId;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::metrics::{BacklogShare, Hop};
use crate::pipeline::health::{PipelineHealth, Publication};
use crate::pipeline::mailbox_count::MailboxCount;
use crate::pipeline::progress::Progress;
use crate::pipeline::wake::Wake;
use crate::workshops::context::Context;

/// Before a loop that panicked is begun again.
const AFTER_PANIC: Duration = Duration::from_secs(1);

/// One workshop's pipeline, as each of its loops and the engine see it.
pub(crate) struct PipelineContext {
    pub(crate) workshop: WorkshopId,
    pub(crate) context: Arc<Context>,
    pub(crate) health: PipelineHealth,
    /// What waits in the mailbox.
    pub(crate) mail: MailboxCount,
    /// How fast that goes away.
    pub(crate) progress: Progress,
    /// What waits in the stream.
    pub(crate) stream: BacklogShare,
    /// Has mail looked at now.
    pub(crate) wake: Wake,
    /// Ends this pipeline's loops alone.
    pub(crate) stop: CancellationToken,
    tasks: TaskTracker,
}

impl PipelineContext {
    /// Makes one in which no loop runs yet.
    pub(crate) fn new(context: Arc<Context>, workshop: WorkshopId, publication: Publication) -> Self {
        Self {
            workshop,
            health: PipelineHealth::new(publication),
            mail: MailboxCount::new(context.metrics.backlog_share(Hop::Edge)),
            progress: Progress::default(),
            stream: context.metrics.backlog_share(Hop::Stream),
            wake: Wake::default(),
            stop: context.stop.child_token(),
            tasks: TaskTracker::new(),
            context,
        }
    }

    /// Runs a future to its end, which [`PipelineContext::end`] and the engine's end wait for.
    pub(crate) fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(self.context.tasks.track_future(future));
    }

    /// Runs a loop until it ends by itself; one that panics is reported and begun again.
    pub(crate) fn keep_going<T, F>(&self, name: &'static str, part: Arc<T>, run: fn(Arc<T>) -> F)
    where
        T: Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let stop = self.stop.clone();
        self.spawn(async move {
            while let Err(error) = tokio::spawn(run(Arc::clone(&part))).await {
                tracing::error!(part = name, %error, "a loop ended by a panic and is begun again");
                if tokio::time::timeout(AFTER_PANIC, stop.cancelled()).await.is_ok() {
                    return;
                }
            }
        });
    }

    /// Returns once the mailbox is there: from the moment the edge shows the workshop, also after it was
    /// retired.
    pub(crate) async fn published(&self) {
        self.health
            .wait_for(|h| matches!(h.publication, Publication::Published | Publication::Retired))
            .await;
    }

    /// Ends its loops: what was read is committed and acknowledged first. Whatever is left comes again.
    pub(crate) async fn end(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.mail.end();
        self.stream.set(0);
    }
}
