//! What the window reads, and everybody else too: plain types with stable words, one noun to a file.

mod addresses;
mod alarm;
pub(crate) mod answer_view;
mod case;
mod check;
mod connection_trial;
mod deletion;
mod desk;
mod drawn_code;
mod durability;
mod erasure;
mod export_format;
mod figures;
mod home;
mod hop;
mod keys_loaded;
mod keys_saved;
mod list;
mod list_written;
mod refusal;
mod signup_view;
mod taken_over;
mod undo;
mod wifi;
mod workshop_summary;

pub use addresses::{Addresses, LanAddress, NetworkKind, Reach, WifiCode};
pub use alarm::{Alarm, AlarmKind};
pub use answer_view::{AnswerView, AnswerWords, AsideView, AsideWord};
pub use case::{Case, DuplicateReason, Resolution};
pub use check::{Arrival, Check, Neighbour, OwnConnection, Reached, Verdict};
pub(crate) use check::{Evidence, verdict};
pub use connection_trial::ConnectionTrial;
pub use deletion::{Deleted, Deletion, DeletionStage, Deletions, ToldEarlier};
pub use desk::{DeskDevice, DeskPanel, TakenEntry};
pub use drawn_code::DrawnCode;
pub use durability::Durability;
pub use erasure::{ErasedRows, Erasure, Whom};
pub use export_format::ExportFormat;
pub use figures::{
    Backlog, Cause, Figure, FigureSlot, Figures, LookUps, Lost, Reading, Retries, Span, Waiting,
};
pub use home::Home;
pub use hop::{Hop, HopCode, HopHealth, Level};
pub use keys_loaded::KeysLoaded;
pub use keys_saved::KeysSaved;
pub use list::{ListPage, ListQuery, MAX_LIST_ROWS, Show};
pub use list_written::ListWritten;
pub use refusal::{Refusal, RefusalCode};
pub use signup_view::{NoticeView, SignupFlags, SignupState, SignupView};
pub use taken_over::TakenOver;
pub(crate) use undo::KEPT;
pub use undo::{Act, Setting, Undo, Undoable};
pub use wifi::{Wifi, WifiError, WifiSecurity};
pub use workshop_summary::{Counts, Phase, WorkshopSummary};
