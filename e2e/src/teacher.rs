//! A teacher with a phone: made up, and different at every call.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use reqwest::blocking::Response;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::edge::client;
use crate::host::text;
use crate::{told, wait};

/// Longest time, in seconds, from an answer to what the laptop makes of it, on a machine that is busy with
/// other tests. A quarter of the time after which mail is looked at without being called for.
pub const PROMPT: u64 = 8;

/// What a teacher typed and what the phone made of it.
#[derive(Debug, Clone)]
pub struct Teacher {
    /// The sign-up's id.
    pub id: String,
    /// The name.
    pub name: String,
    /// Eleven digits.
    pub phone: String,
}

impl Teacher {
    /// Makes up somebody new.
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        // Distinct within a test program; every test has a list of its own.
        Self { id: Uuid::new_v4().to_string(), name: "王芳".to_owned(), phone: format!("139{number:08}") }
    }

    /// Makes a teacher with the same number and another id, as a second phone in the family would send.
    #[must_use]
    pub fn again(&self) -> Self {
        Self { id: Uuid::new_v4().to_string(), ..self.clone() }
    }

    /// Returns the body of a sign-up.
    pub fn body(&self, invite_code: &str) -> Value {
        json!({ "id": self.id, "invite_code": invite_code, "name": self.name, "phone": self.phone })
    }

    /// Sends it. `server` is the edge's address, or the venue page's with its token.
    pub fn send(&self, server: &str, invite_code: &str) -> Response {
        client().post(format!("{server}/v1/signups")).json(&self.body(invite_code)).send().unwrap()
    }

    /// Sends it and expects it to be kept with `status`; returns the receipt.
    pub fn sign_up(&self, server: &str, invite_code: &str, status: u16) -> Receipt {
        let answer = self.send(server, invite_code);
        let got = answer.status();
        let body = answer.text().unwrap();
        assert_eq!(got, status, "{body}");
        let accepted: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(accepted["receipt"]["id"], self.id.as_str());
        Receipt {
            server: server.to_owned(),
            issued: accepted["receipt"].clone(),
            accepted_as: status,
            accepted_at: Instant::now(),
        }
    }
}

impl Default for Teacher {
    fn default() -> Self {
        Self::new()
    }
}

/// A receipt in a teacher's hand.
#[derive(Debug, Clone)]
pub struct Receipt {
    server: String,
    /// As it was issued.
    pub issued: Value,
    /// 202 by the edge, 201 by the venue page.
    accepted_as: u16,
    accepted_at: Instant,
}

impl Receipt {
    /// Asks what the server says of it now.
    pub fn now(&self) -> Value {
        let answer = client().get(self.address("v1/receipts")).send().unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().unwrap()
    }

    /// Cancels the sign-up, and returns what the receipt says then.
    pub fn cancel(&self) -> Value {
        let answer = client().delete(self.address("v1/receipts")).send().unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
        answer.json().unwrap()
    }

    /// What proves that a sign-up is this one's correction.
    pub fn token(&self) -> &str {
        text(&self.issued, "url").rsplit('/').next().unwrap()
    }

    /// An address that ends like the receipt's page, under another name.
    fn address(&self, name: &str) -> String {
        let path = text(&self.issued, "url");
        let (base, rest) = path.split_once("/r/").unwrap();
        // The receipt's path begins with the venue's token where there is one; so does the server's address.
        let server = self.server.strip_suffix(base).unwrap_or(&self.server);
        format!("{server}{base}/{name}/{rest}")
    }

    /// The address of its page.
    pub fn page(&self) -> String {
        self.address("r")
    }

    /// Waits until it says `state`, which an undisturbed system does at once: [`PROMPT`]. How long
    /// *registered* took is noted for the summary.
    pub fn wait_for(&self, state: &str) {
        // A test that did something else meanwhile has not looked from the beginning.
        let watched = self.accepted_at.elapsed() < Duration::from_millis(500);
        self.wait_for_within(state, PROMPT);
        if state == "registered" && self.accepted_as == 202 && watched {
            told::registered(self.accepted_at.elapsed());
        }
    }

    /// Waits until it says `state` after something stood in the way, at most that many seconds.
    pub fn wait_for_within(&self, state: &str, seconds: u64) {
        let wait = (format!("the receipt {state}"), seconds);
        wait::until_equal(wait, &Value::from(state), || self.now()["state"].clone());
    }
}
