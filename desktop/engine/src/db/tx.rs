//! The connection that writes, and the transaction in which alone anything is written.
//!
//! There is one writer, and the compiler keeps it so: whatever changes a table takes a [`Tx`], whatever reads
//! one takes a `&Connection`, which a `Tx` lends as well. Only a [`WriterConnection`] makes a `Tx`, and only
//! the holder of the data folder's lock opens one: the writer's thread, or an act on a folder that no engine
//! uses.

use std::cell::RefCell;
use std::ops::Deref;

use rollcall_shared::signup_id::SignupId;
use rusqlite::{Connection, TransactionBehavior};

/// A connection that may write. Reading with it is reading with any other.
pub(crate) struct WriterConnection(Connection);

/// A transaction that may write. It is committed whole, or leaves nothing.
pub(crate) struct Tx<'c> {
    conn: &'c Connection,
    /// See [`Tx::subjects`].
    subjects: RefCell<Vec<SignupId>>,
}

impl WriterConnection {
    /// Made where a file is opened for writing.
    pub(super) fn new(conn: Connection) -> Self {
        Self(conn)
    }

    /// A copy in memory, in which an edit can be tried out. The database itself is only read.
    pub(crate) fn copy_of(conn: &Connection) -> rusqlite::Result<Self> {
        let mut copy = Connection::open_in_memory()?;
        rusqlite::backup::Backup::new(conn, &mut copy)?.step(-1)?;
        Ok(Self(copy))
    }

    /// Runs an edit in a transaction of its own: committed where the edit succeeds, else rolled back.
    pub(crate) fn in_transaction<T>(
        &mut self,
        edit: impl FnOnce(&Tx<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        // IMMEDIATE: a transaction that reads first and writes later fails with a busy that no time-out waits
        // for.
        let transaction = self.0.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = edit(&Tx::over(&transaction))?;
        transaction.commit()?;
        Ok(value)
    }

    /// Rolls back what a panic left open.
    pub(crate) fn roll_back(&self) {
        if !self.0.is_autocommit() {
            let _ = self.0.execute_batch("ROLLBACK");
        }
    }

    /// Folds the write-ahead log into the file and cuts it to nothing; whether no reader kept any of it.
    pub(crate) fn empty_log(&self) -> rusqlite::Result<bool> {
        self.0
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))
            .map(|busy| busy == 0)
    }

    /// Folds the write-ahead log into the file at the end, so that who copies it copies everything. Not
    /// needed for safety: a log that is left behind is read.
    pub(crate) fn fold_log(&self) {
        let _ = self.0.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA optimize");
    }

    /// Closes the file.
    pub(crate) fn close(self) -> rusqlite::Result<()> {
        self.0.close().map_err(|(_, error)| error)
    }
}

impl Deref for WriterConnection {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}

impl<'c> Tx<'c> {
    /// Writes in a transaction that has begun: here, or as a file is upgraded.
    pub(super) fn over(conn: &'c Connection) -> Self {
        Self { conn, subjects: RefCell::default() }
    }

    /// Runs an edit that may be refused. What is refused leaves nothing, and the transaction goes on.
    pub(crate) fn attempt<T, R>(
        &self,
        edit: impl FnOnce(&Tx<'_>) -> rusqlite::Result<Result<T, R>>,
    ) -> rusqlite::Result<Result<T, R>> {
        self.conn.execute_batch("SAVEPOINT attempt")?;
        let inner = Tx::over(self.conn);
        // An error of the database's ends the whole transaction, and this savepoint with it.
        let answer = edit(&inner)?;
        match &answer {
            Ok(_) => {
                self.conn.execute_batch("RELEASE attempt")?;
                self.subjects.borrow_mut().extend(inner.subjects.take());
            }
            Err(_) => self.conn.execute_batch("ROLLBACK TO attempt; RELEASE attempt")?,
        }
        Ok(answer)
    }

    /// Runs an edit to see what it does, and takes it back whatever comes of it.
    pub(crate) fn rehearse<T>(&self, edit: impl FnOnce(&Tx<'_>) -> T) -> rusqlite::Result<T> {
        self.conn.execute_batch("SAVEPOINT rehearsal")?;
        let seen = edit(&Tx::over(self.conn));
        self.conn.execute_batch("ROLLBACK TO rehearsal; RELEASE rehearsal")?;
        Ok(seen)
    }

    /// The sign-ups that this transaction's entries in the audit log are about, in their order.
    pub(crate) fn subjects(&self) -> Vec<SignupId> {
        self.subjects.borrow().clone()
    }

    /// Notes one. Called by the audit log.
    pub(super) fn note_subject(&self, id: SignupId) {
        self.subjects.borrow_mut().push(id);
    }
}

impl Deref for Tx<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.conn
    }
}
