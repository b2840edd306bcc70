//! Why an engine does not start: what every wing may have to say, summed, one line each.

use crate::config::settings_error::SettingsError;
use crate::db::open_error::OpenError;
use crate::folder::error::FolderError;
use crate::http::port_error::PortError;
use crate::workshops::RosterError;

/// What the host has to change before an engine starts. Its text is one line, `what is wrong — what to do`;
/// the program prints it and exits with code 2. A network that is away is none: the engine starts and keeps
/// trying.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The data folder cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The database cannot be opened.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// A port could not be listened on.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The edge refused the keys.
    #[error("the edge at {url} refuses {}", match key {
        RefusedKey::Drain => "this folder's drain key — put back the keys.json that belongs to this data \
            folder, or check --edge-url",
        RefusedKey::Publish => "to publish a new workshop with the publish key given — save the deployment's \
            PUBLISH_KEY in a file and name it with --publish-key-file",
    })]
    WrongKey {
        /// The edge.
        url: String,
        /// Which key.
        key: RefusedKey,
    },
    /// The edge refused the record.
    #[error(
        "the edge at {url} does not take the workshop ({why}) — change it with `rollcall-host workshop \
         change`"
    )]
    Refused {
        /// The edge.
        url: String,
        /// Its answer.
        why: String,
    },
    /// The demo workshop cannot be made.
    #[error("the demo workshop cannot be made ({0}) — start again without --demo")]
    Demo(#[from] RosterError),
    /// The operating system refuses threads.
    #[error("the operating system refuses a thread ({0}) — close other programs and start again")]
    Thread(#[from] std::io::Error),
}

/// Which key an edge refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusedKey {
    /// That of a workshop which it knows.
    Drain,
    /// The deployment's.
    Publish,
}
