//! HTTP from this laptop to itself.

/// Makes a client that goes straight to this machine, by no proxy.
///
/// # Errors
/// Where the operating system refuses what a client needs.
pub(crate) fn to_this_machine() -> reqwest::Result<reqwest::Client> {
    // The process may have chosen one already; either will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()
}
