//! Entries, as Redis answers with them.

use redis::Value;

use super::{Entry, StreamError};

/// Entries with their ids.
pub(super) type Rows = Vec<(String, Entry)>;

/// What `XREADGROUP` answers for one stream. Parsed by hand: the client's own reply type copies the whole
/// answer before it looks at it.
pub(super) fn of_stream(reply: Value) -> Result<Rows, StreamError> {
    match reply {
        Value::Nil => Ok(Rows::new()),
        Value::Array(streams) => match streams.into_iter().next() {
            None => Ok(Rows::new()),
            Some(Value::Array(stream)) => entries(stream.into_iter().nth(1).ok_or_else(odd)?),
            Some(_) => Err(odd()),
        },
        _ => Err(odd()),
    }
}

/// What `XRANGE` and `XCLAIM` answer. An entry that was deleted while it was pending is missing, or nil
/// before Redis 7.
pub(super) fn entries(reply: Value) -> Result<Rows, StreamError> {
    let Value::Array(entries) = reply else { return Err(odd()) };
    let mut rows = Rows::with_capacity(entries.len());
    for entry in entries {
        let entry = match entry {
            Value::Array(entry) => entry,
            Value::Nil => continue,
            _ => return Err(odd()),
        };
        let mut entry = entry.into_iter();
        let id = entry.next().and_then(text).ok_or_else(odd)?;
        if let Some(Value::Array(fields)) = entry.next() {
            rows.push((id, entry_of(fields)));
        }
    }
    Ok(rows)
}

fn odd() -> StreamError {
    StreamError::Away("an answer of an unknown shape".to_owned())
}

/// Whatever stands in the stream becomes an entry: one without a body is parked like any other that cannot be
/// read.
fn entry_of(fields: Vec<Value>) -> Entry {
    let mut entry = Entry { lease_id: String::new(), body: String::new(), attempts: 1 };
    let mut fields = fields.into_iter().filter_map(text);
    while let (Some(name), Some(value)) = (fields.next(), fields.next()) {
        match name.as_str() {
            "lease" => entry.lease_id = value,
            "body" => entry.body = value,
            "attempts" => entry.attempts = value.parse().unwrap_or(1),
            _ => {}
        }
    }
    entry
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::BulkString(bytes) => Some(
            String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()),
        ),
        Value::SimpleString(text) => Some(text),
        _ => None,
    }
}
