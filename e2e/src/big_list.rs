//! A list as long as the design speaks of, and what it is like to scroll through it.

use rusqlite::{Connection, params};

use crate::host::{Folder, Workshop};
use crate::window::Window;

/// How many rows.
pub const ROWS: i64 = 50_000;
/// Steps from one end to the other, one per frame.
pub const STEPS: usize = 120;

/// Fills a workshop's list. No engine may run on the folder.
pub fn fill(folder: &Folder, workshop: &Workshop) {
    let mut database = Connection::open(folder.database()).unwrap();
    let all = database.transaction().unwrap();
    for n in 0..ROWS {
        let insert = "INSERT INTO signups (id, workshop_id, phone, name, answers, state, path, digest, \
              flags, form_version, notice_version, filled_at, received_at, stored_at) \
            VALUES (?1, ?2, ?3, ?4, '{}', 'registered', 'edge', ?5, '{}', 1, 1, NULL, ?6, ?6)";
        let id = uuid::Uuid::new_v4().to_string();
        let (phone, name) = (format!("+86138{n:08}"), format!("老师{}", n % 977));
        let row = params![id, workshop.id(), phone, name, vec![0_u8; 32], 1_700_000_000_000_i64 + n];
        all.execute(insert, row).unwrap();
    }
    all.commit().unwrap();
}

/// Scrolls the window's list from its top to its end, a step with every frame; how long each frame took, in
/// milliseconds, shortest first.
pub fn scroll(window: &Window) -> Vec<f64> {
    let script = "const done = arguments[0]; const list = document.getElementById('list');\
        const end = list.scrollHeight - list.clientHeight;\
        const frames = []; let last = performance.now(); let step = 0;\
        const next = () => { const now = performance.now(); frames.push(now - last); last = now; step += 1;\
          list.scrollTop = end * step / STEPS;\
          if (step < STEPS) requestAnimationFrame(next); else done(frames); };\
        requestAnimationFrame(next)";
    let script = script.replace("STEPS", &STEPS.to_string());
    let mut frames: Vec<f64> = serde_json::from_value(window.run_to_end(&script)).unwrap();
    frames.sort_by(f64::total_cmp);
    frames
}
