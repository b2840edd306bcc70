//! Asking a Durable Object: one typed question, one typed answer, as JSON over the object's own `fetch`.
//!
//! JSON is read from bytes here and everywhere in this crate: each kind of source would be another copy of every reader.

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use worker::js_sys::Uint8Array;
use worker::web_sys::{self, RequestInit};
use worker::{Error, Headers, Request, Response, Result, Stub};

use crate::deadline;

/// Carries the hash of the key that a host showed. The worker sets it; nothing else reaches an object.
pub(crate) const KEY_HEADER: &str = "key-sha256";

/// A question to an object. Both ends are this crate, so neither side is checked further.
pub(crate) trait Ask: Serialize + DeserializeOwned {
    /// Names the question among those of its object.
    const NAME: &'static str;
    /// What the object answers.
    type Answer: Serialize + DeserializeOwned;
}

/// Declares questions: `Name { fields } -> Answer`.
macro_rules! asks {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? } -> $answer:ty;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, serde::Serialize, serde::Deserialize)]
        pub(crate) struct $name { $($(#[$field_doc])* pub(crate) $field: $type),* }

        impl crate::object::Ask for $name {
            const NAME: &'static str = stringify!($name);
            type Answer = $answer;
        }
    )*};
}
pub(crate) use asks;

/// Asks and waits, at most [`deadline::OBJECT`].
pub(crate) async fn ask<A: Ask>(object: &Stub, question: &A) -> Result<A::Answer> {
    let answer = call(object, A::NAME, serde_json::to_string(question)?).await?;
    Ok(serde_json::from_slice(&answer)?)
}

/// What every question shares. Not generic: a waiting function is large, and each kind of it would be another copy.
async fn call(object: &Stub, name: &str, question: String) -> Result<Vec<u8>> {
    let mut answer = fetch(object, "POST", name, &Headers::new(), &JsValue::from_str(&question)).await?;
    match answer.status_code() {
        200 => deadline::within(deadline::OBJECT, "the object", answer.bytes()).await,
        status => Err(Error::RustError(format!("the object answered {status} to {name}"))),
    }
}

async fn fetch(
    object: &Stub,
    method: &str,
    name: &str,
    headers: &Headers,
    body: &JsValue,
) -> Result<Response> {
    let init = RequestInit::new();
    init.set_method(method);
    init.set_headers(&headers.0);
    init.set_body(body);
    let request = web_sys::Request::new_with_str_and_init(&format!("https://object/{name}"), &init)?;
    let answer = object.fetch_with_request(Request::from(request));
    deadline::within(deadline::OBJECT, "the object", answer).await
}

/// Hands a host's request on to an object, which answers it by itself; `key_sha256` says which key was shown.
pub(crate) async fn forward(object: &Stub, name: &str, key_sha256: &str, body: &[u8]) -> Result<Response> {
    let headers = Headers::new();
    headers.set(KEY_HEADER, key_sha256)?;
    fetch(object, "POST", name, &headers, &Uint8Array::from(body)).await.map(changeable)
}

/// Hands a host's socket on to an object, which takes it or refuses.
pub(crate) async fn connect(object: &Stub, name: &str, key_sha256: &str) -> Result<Response> {
    let headers = Headers::new();
    headers.set(KEY_HEADER, key_sha256)?;
    headers.set("upgrade", "websocket")?;
    fetch(object, "GET", name, &headers, &JsValue::UNDEFINED).await.map(changeable)
}

/// A fetched answer's headers cannot be added to; a copy's can.
fn changeable(answer: Response) -> Response {
    let headers = answer.headers().clone();
    let (builder, body) = answer.into_parts();
    builder.with_headers(headers).body(body)
}

/// The question's name in a request that [`ask`] made.
pub(crate) fn name(request: &Request) -> String {
    request.path().trim_start_matches('/').to_owned()
}

/// The object's end of [`ask`]: what was asked. The answer goes back by [`Response::from_json`].
pub(crate) fn question<A: Ask>(bytes: &[u8]) -> Result<A> {
    Ok(serde_json::from_slice(bytes)?)
}

/// The answer to a question of the type `A`.
pub(crate) fn reply<A: Ask>(answer: &A::Answer) -> Result<Response> {
    Response::from_json(answer)
}
