//! The media types of bodies and answers.

/// The media type of a body that a sign-up, or a host's request, comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    /// What scripts and programs send.
    Json,
    /// What a browser sends for a form without script.
    Form,
}

/// The `Content-Type` of a page.
pub const HTML: &str = "text/html; charset=utf-8";

impl MediaType {
    /// The media type as it is written in a header.
    ///
    /// ```
    /// use rollcall_shared::media_type::MediaType;
    /// assert_eq!(MediaType::Json.as_str(), "application/json");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Form => "application/x-www-form-urlencoded",
        }
    }

    /// Whether a `Content-Type` header names this media type, in any case and with any parameters.
    ///
    /// ```
    /// use rollcall_shared::media_type::MediaType;
    /// assert!(MediaType::Json.is_named_by("Application/JSON; charset=utf-8"));
    /// assert!(!MediaType::Json.is_named_by("text/plain"));
    /// assert!(!MediaType::Form.is_named_by(""));
    /// ```
    pub fn is_named_by(self, header: &str) -> bool {
        header.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(self.as_str())
    }
}
