//! Secrets and variables of the deployment; `wrangler.toml` explains each.

use rollcall_shared::receipt::ReceiptKey;
use rollcall_shared::secret;
use worker::{Env, Error, Result};

/// The key of the receipts' addresses.
pub(crate) fn receipt_key(env: &Env) -> Result<ReceiptKey> {
    let text = env.secret("RECEIPT_KEY")?.to_string();
    ReceiptKey::from_hex(&text).map_err(|error| Error::RustError(format!("RECEIPT_KEY: {error}")))
}

/// Whether a key's hash is the publish key's. Where no publish key is set, no key is right.
pub(crate) fn is_publish_key(env: &Env, sha256: &str) -> bool {
    let Ok(key) = env.secret("PUBLISH_KEY") else { return false };
    let key = key.to_string();
    !key.is_empty() && secret::equal(secret::sha256_hex(key.as_bytes()).as_bytes(), sha256.as_bytes())
}
