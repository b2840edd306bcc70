//! Damage to files, as a power cut may leave them.

use std::path::Path;

/// Writes over a command's head in the middle of every file by which Redis would come back.
pub(super) fn damage(redis: &Path) {
    // A folder since Redis 7, one file before it.
    let folders = [redis.join("appendonlydir"), redis.to_owned()];
    let files =
        folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().filter_map(Result::ok);
    for path in files
        .map(|file| file.path())
        .filter(|path| path.is_file() && path.extension().is_some_and(|end| end == "aof"))
    {
        let mut bytes = std::fs::read(&path).unwrap();
        let heads = bytes.windows(3).enumerate().filter(|(_, three)| three == b"\r\n*").map(|(at, _)| at + 2);
        let heads: Vec<usize> = heads.collect();
        if let Some(head) = heads.get(heads.len() / 2) {
            bytes[*head] = b'?';
        }
        std::fs::write(&path, bytes).unwrap();
    }
}
