//! What the window has done. Everything that changes the database goes through the writer's one thread.

use std::path::Path;
use std::sync::Arc;

use rollcall_shared::language::Language;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;

use crate::Engine;
use crate::clock::now_ms;
use crate::db::workshops::WorkshopRow;
use crate::edge::client::client;
use crate::edge::connection::{self, ConnectionLine, NotALine};
use crate::engine::EngineError;
use crate::folder::{atomic_file, keys_copy};
use crate::pipeline::unsealer::Unsealer;
use crate::venue::settings::Kept;
use crate::view::{AlarmKind, ConnectionTest, ExportFormat, KeysSaved, Resolution, Undo, Wifi};

impl Engine {
    /// Decides a case.
    ///
    /// # Errors
    /// [`EngineError::Act`]; nothing was changed then.
    pub fn resolve(&self, workshop: &WorkshopId, resolution: Resolution) -> Result<Undo, EngineError> {
        let context = &self.host.context;
        let unsealer =
            Unsealer::new(workshop.clone(), Arc::clone(&context.keys), Arc::clone(&context.quarantine));
        let resolved =
            self.host.acts.resolve(workshop, resolution, &context.readers, |body| unsealer.unseal(&body));
        Ok(self.block_on(resolved)?)
    }

    /// Takes a sign-up off the list. Its seat goes to who waits longest, where the workshop keeps a waiting list.
    ///
    /// # Errors
    /// As [`Engine::resolve`].
    pub fn cancel(&self, workshop: &WorkshopId, id: SignupId) -> Result<Undo, EngineError> {
        Ok(self.block_on(self.host.acts.cancel(workshop, id))?)
    }

    /// Puts a cancelled sign-up back: with a seat where there is one, else at the end of those who wait.
    ///
    /// # Errors
    /// As [`Engine::resolve`].
    pub fn restore(&self, workshop: &WorkshopId, id: SignupId) -> Result<Undo, EngineError> {
        Ok(self.block_on(self.host.acts.restore(workshop, id))?)
    }

    /// Gives a free seat to one who waits, whatever their turn.
    ///
    /// # Errors
    /// As [`Engine::resolve`].
    pub fn promote(&self, workshop: &WorkshopId, id: SignupId) -> Result<Undo, EngineError> {
        Ok(self.block_on(self.host.acts.promote(workshop, id))?)
    }

    /// Takes one of the last 50 acts back, as long as its rows are as it left them.
    ///
    /// # Errors
    /// As [`Engine::resolve`].
    pub fn undo(&self, token: &str) -> Result<(), EngineError> {
        Ok(self.block_on(self.host.acts.undo(token))?)
    }

    /// Takes the end of a workshop back: it takes sign-ups as before, under the same code.
    ///
    /// # Errors
    /// As [`Engine::put_workshop`].
    pub fn resume(&self, workshop: &WorkshopId) -> Result<Arc<WorkshopRow>, EngineError> {
        Ok(self.block_on(self.host.roster.resume(workshop))?)
    }

    /// Takes sign-ups for a workshop from now on.
    ///
    /// # Errors
    /// As [`Engine::put_workshop`].
    pub fn open(&self, workshop: &WorkshopId) -> Result<Arc<WorkshopRow>, EngineError> {
        Ok(self.block_on(self.host.roster.open(workshop))?)
    }

    /// Takes no more sign-ups for a workshop; what was filled in before still counts within the grace.
    ///
    /// # Errors
    /// As [`Engine::put_workshop`].
    pub fn close(&self, workshop: &WorkshopId) -> Result<Arc<WorkshopRow>, EngineError> {
        Ok(self.block_on(self.host.roster.close(workshop))?)
    }

    /// Opens the venue page, where it is closed.
    ///
    /// # Errors
    /// [`EngineError::Venue`] where its port is another program's.
    pub fn open_venue(&self) -> Result<(), EngineError> {
        self.block_on(self.host.listener.open()).map_err(EngineError::Venue)
    }

    /// Closes the venue page; returns once what was in hand is answered.
    ///
    /// # Errors
    /// None at present.
    pub fn close_venue(&self) -> Result<(), EngineError> {
        self.block_on(self.host.listener.close());
        Ok(())
    }

    /// The host has seen an alarm. It comes back when its reason does.
    ///
    /// # Errors
    /// None at present.
    pub fn dismiss_alarm(&self, kind: AlarmKind) -> Result<(), EngineError> {
        self.host.alarms.dismiss(kind);
        self.host.context.changes.moved();
        Ok(())
    }

    /// Chooses the network whose address stands in the venue's QR code; `None` leaves it to the engine.
    ///
    /// # Errors
    /// [`EngineError::File`] where the choice cannot be kept.
    pub fn choose_network(&self, interface: Option<String>) -> Result<(), EngineError> {
        self.keep(|kept| kept.network = interface)?;
        self.host.listener.look();
        Ok(())
    }

    /// Gives, changes or takes away the Wi-Fi that phones join first.
    ///
    /// # Errors
    /// [`EngineError::Wifi`] where no phone could join it, [`EngineError::File`] where it cannot be kept.
    pub fn set_wifi(&self, wifi: Option<Wifi>) -> Result<(), EngineError> {
        if let Some(wifi) = &wifi {
            wifi.check()?;
        }
        self.keep(|kept| kept.wifi = wifi)
    }

    fn keep(&self, change: impl FnOnce(&mut Kept)) -> Result<(), EngineError> {
        let settings = &self.host.venue.settings;
        let kept = settings.change(change);
        self.host.context.changes.moved();
        kept.map_err(|e| EngineError::File { path: settings.path().to_owned(), why: e.to_string() })
    }

    /// Writes a workshop's list to a file; how many rows.
    ///
    /// # Errors
    /// [`EngineError::File`] where it cannot be written.
    pub fn export(
        &self,
        workshop: &WorkshopId,
        format: ExportFormat,
        path: &Path,
        language: Language,
    ) -> Result<u64, EngineError> {
        let sheet = self.host.sheet(workshop, format, language)?;
        atomic_file::write(path, &sheet.bytes)
            .map_err(|e| EngineError::File { path: path.to_owned(), why: e.to_string() })?;
        self.block_on(self.host.note_export(workshop, format));
        Ok(sheet.rows)
    }

    /// Copies the key file to where the host wants it, readable by its owner only.
    ///
    /// # Errors
    /// [`EngineError::File`] where it cannot be written.
    pub fn save_keys(&self, path: &Path) -> Result<KeysSaved, EngineError> {
        let (keys, data_dir) = (&self.host.context.keys, &self.host.data_dir);
        let saved = keys_copy::save(keys, data_dir, path, now_ms());
        self.host.context.changes.moved();
        saved.map_err(|e| EngineError::File { path: path.to_owned(), why: e.to_string() })
    }

    /// Tries a connection line: whether somebody answers, whether it is Rollcall's edge, whether it takes the key. At most
    /// 10 s; nothing is kept and nothing changed.
    pub fn test_connection(&self, line: &str) -> ConnectionTest {
        self.block_on(connection::test(line))
    }

    /// Connects to the deployment of a connection line, now and at every later start: workshops are published there and
    /// their mail is collected. Its address.
    ///
    /// # Errors
    /// [`EngineError::Connection`] where the text is no line, [`EngineError::File`] where it cannot be kept.
    pub fn connect(&self, line: &str) -> Result<String, EngineError> {
        let line = ConnectionLine::parse(line)?;
        let path = self.host.data_dir.join(connection::FILE);
        let edge = line.edge().map_err(|_| NotALine)?;
        let (url, context) = (edge.url().to_owned(), &self.host.context);
        let edge = client(edge, &context.keys, &self.host.collector).map_err(|_| NotALine)?;
        // Kept before it is used: mail that was collected must find the same deployment after a restart.
        line.write(&path).map_err(|e| EngineError::File { path, why: e.to_string() })?;
        context.use_edge(edge);
        self.block_on(self.host.restart_pipelines());
        tracing::info!(edge = %url, "connected");
        Ok(url)
    }
}
