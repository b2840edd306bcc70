//! The seats of a workshop: how many are free, and what that means for somebody new.

use crate::receipt::ReceiptState;

/// The seats of a workshop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seats {
    /// Seats that are taken: rows with the state *registered*.
    pub taken: u32,
    /// All seats; `None` where there is no limit.
    pub capacity: Option<u32>,
}

impl Seats {
    /// How many are free; [`u32::MAX`] where there is no limit.
    ///
    /// ```
    /// use rollcall_shared::admission::Seats;
    /// assert_eq!(Seats { taken: 3, capacity: Some(5) }.free(), 2);
    /// assert_eq!(Seats { taken: 9, capacity: Some(5) }.free(), 0);
    /// ```
    pub fn free(self) -> u32 {
        self.capacity.map_or(u32::MAX, |seats| seats.saturating_sub(self.taken))
    }

    /// Whether one is free.
    pub fn has_free(self) -> bool {
        self.free() > 0
    }

    /// Whether more are taken than there are: the host lowered their number.
    pub fn is_overfull(self) -> bool {
        self.capacity.is_some_and(|seats| self.taken > seats)
    }

    /// The state of somebody who comes new to the list.
    ///
    /// ```
    /// use rollcall_shared::admission::{ListState, Seats};
    /// assert_eq!(Seats { taken: 4, capacity: Some(5) }.state_for_new(), ListState::Registered);
    /// assert_eq!(Seats { taken: 5, capacity: Some(5) }.state_for_new(), ListState::Waitlisted);
    /// ```
    pub fn state_for_new(self) -> ListState {
        if self.has_free() { ListState::Registered } else { ListState::Waitlisted }
    }
}

/// The state of somebody who is on the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListState {
    /// With a seat.
    Registered,
    /// Without a seat.
    Waitlisted,
}

impl From<ListState> for ReceiptState {
    fn from(state: ListState) -> Self {
        match state {
            ListState::Registered => Self::Registered,
            ListState::Waitlisted => Self::Waitlisted,
        }
    }
}
