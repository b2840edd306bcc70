//! How much memory reading may take.

/// Bytes of memory that a byte of input may cost at most: three bytes of JSON (`"",`) become a string's
/// 24 in a vector that doubles, after serde's buffer for untagged values held them.
const BYTES_PER_BYTE: u64 = 96;
/// What any input may cost: small buffers, an error's text.
const BYTES_ALWAYS: u64 = 4 * 1024;

/// Reads, and holds the memory that reading took at its peak against the input's length.
pub(crate) fn within_bounds<T>(data: &[u8], read: impl FnOnce() -> T) -> T {
    let (value, peak) = measured(read);
    let most = BYTES_ALWAYS + BYTES_PER_BYTE * data.len() as u64;
    assert!(peak <= most, "{} bytes took {peak} bytes of memory to read", data.len());
    value
}

/// Refuses, and holds that what is refused for its length costs nothing.
pub(crate) fn for_nothing<T>(refuse: impl FnOnce() -> T) -> T {
    let (value, peak) = measured(refuse);
    assert!(peak <= 1_024, "refusing took {peak} bytes of memory");
    value
}

fn measured<T>(work: impl FnOnce() -> T) -> (T, u64) {
    let mut value = None;
    let taken = allocation_counter::measure(|| value = Some(work()));
    (value.unwrap(), taken.bytes_max)
}
