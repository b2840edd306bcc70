//! What the host takes back: an act with rows, or something set.

use rollcall_shared::workshop::WorkshopId;

use crate::acts::{ActError, Way};
use crate::engine::EngineError;
use crate::engine::host::Host;
use crate::engine::setting_before::SettingBefore;
use crate::view::{Setting, Undo};
use crate::workshops::RosterError;

impl Host {
    /// Draws a new invite code for a workshop.
    pub(crate) async fn renew_code(&self, workshop: &WorkshopId) -> Result<Undo, EngineError> {
        let renewed = self.context.roster.renew_code(workshop).await?;
        Ok(self.acts.note(workshop.clone(), Setting::CodeRenewed, SettingBefore::Code(renewed)))
    }

    /// Takes one of the last 50 acts back, as long as all is as it left it.
    ///
    /// # Errors
    /// [`EngineError::Act`]; the way back is still there where nothing could be written just now.
    pub(crate) async fn undo(&self, token: &str) -> Result<(), EngineError> {
        let done = self.acts.take(token)?;
        let undone = match &done.way {
            Way::Rows(rows) => self.acts.put_back(rows).await.map_err(EngineError::from),
            Way::Setting(SettingBefore::Code(renewed)) => {
                self.context.roster.put_code_back(renewed).await.map_err(not_put_back)
            }
            Way::Setting(SettingBefore::Desks(before)) => {
                self.venue.desks.put_back(before).await.map_err(|unkept| self.not_kept(unkept))
            }
        };
        if matches!(undone, Err(EngineError::Act(ActError::Unwritable(_)) | EngineError::File { .. })) {
            self.acts.give_back(done);
        }
        self.context.changes.moved();
        undone
    }
}

fn not_put_back(error: RosterError) -> EngineError {
    match error {
        RosterError::Changed | RosterError::Unknown(_) => ActError::Changed.into(),
        RosterError::Unwritable(failure) => ActError::Unwritable(failure).into(),
        other => other.into(),
    }
}
