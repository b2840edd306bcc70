//! The loops of the engine itself; pipelines have their own.

use std::sync::Arc;
use std::time::Duration;

use crate::engine::host::Host;
use crate::engine::{deleting, edge_figures, figures, watch};

/// The shortest time between two looks at how the hops are.
const NOTE_EVERY: Duration = Duration::from_millis(100);

/// Starts all pipelines, and the loops of the engine itself.
pub(super) fn start(host: &Arc<Host>) {
    host.pipelines.start_missing();
    let tasks = &host.context.tasks;
    tasks.spawn(watch_roster(Arc::clone(host)));
    tasks.spawn(watch_changes(Arc::clone(host)));
    tasks.spawn(watch_redis(Arc::clone(host)));
    tasks.spawn(Arc::clone(host).finish_erasures());
    tasks.spawn(deleting::watch(Arc::clone(host)));
    tasks.spawn(Arc::clone(host).learn_from_keys());
    tasks.spawn(edge_figures::watch(Arc::clone(host)));
    tasks.spawn(figures::keep(Arc::clone(host)));
}

/// Starts the pipelines of new workshops, and ends those of workshops that are gone.
async fn watch_roster(host: Arc<Host>) {
    let mut changes = host.context.roster.changes();
    loop {
        host.pipelines.start_missing();
        host.pipelines.end_gone().await;
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            () = host.context.stop.cancelled() => return,
        }
    }
}

/// Waits for a Redis that has been tried again and has started, or was away and is too old: the pipelines go
/// on with what is there.
async fn watch_redis(host: Arc<Host>) {
    tokio::select! {
        changed = host.redis.follow() => if changed {
            host.pipelines.restart_all().await;
        },
        () = host.context.stop.cancelled() => {}
    }
}

/// Moves the counter of changes with everything that is not a pipeline's own, and notes since when each hop
/// has been in its state.
async fn watch_changes(host: Arc<Host>) {
    let context = &host.context;
    let noted = async {
        let mut seen = context.changes.subscribe();
        loop {
            host.note_hops();
            // A hall of sign-ups moves the counter with every commit; how hops are is not asked for each of
            // them.
            tokio::time::sleep(NOTE_EVERY).await;
            if seen.changed().await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = context.changes.clone().follow(context.writer.watch_commits()) => {}
        () = context.changes.clone().follow(context.writer.watch_unwritable()) => {}
        () = context.changes.clone().follow(context.roster.changes()) => {}
        () = context.changes.clone().follow(host.redis.watch()) => {}
        () = noted => {}
        () = watch::watch(&host) => {}
        () = context.stop.cancelled() => {}
    }
}
