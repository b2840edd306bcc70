//! Remote procedure calls to a Durable Object: one typed request, one typed response, as JSON over the
//! object's own `fetch`.
//!
//! JSON is read from bytes here and everywhere in this crate: each kind of source would be another copy of
//! every deserializer.

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use worker::js_sys::Uint8Array;
use worker::web_sys::{self, RequestInit};
use worker::{Error, Headers, Request, Response, Result, Stub};

use crate::deadline;

/// The header with the hash of the key that a host showed. The worker sets it; nothing else reaches an
/// object.
pub(crate) const KEY_HEADER: &str = "key-sha256";

/// A request to an object. Both ends are this crate, so neither side is checked further.
pub(crate) trait Rpc: Serialize + DeserializeOwned {
    /// Names the request among those of its object.
    const NAME: &'static str;
    /// What the object responds.
    type Response: Serialize + DeserializeOwned;
}

/// Declares requests: `Name { fields } -> Response`.
macro_rules! rpcs {
    ($(
        $(#[$doc:meta])*
        $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? } -> $response:ty;
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug, serde::Serialize, serde::Deserialize)]
        pub(crate) struct $name { $($(#[$field_doc])* pub(crate) $field: $type),* }

        impl crate::object::Rpc for $name {
            const NAME: &'static str = stringify!($name);
            type Response = $response;
        }
    )*};
}
pub(crate) use rpcs;

/// Calls and waits, at most [`deadline::OBJECT`].
pub(crate) async fn call<R: Rpc>(object: &Stub, request: &R) -> Result<R::Response> {
    let response = post(object, R::NAME, serde_json::to_string(request)?).await?;
    Ok(serde_json::from_slice(&response)?)
}

/// What every call has in common. It is not generic: an async function is large, and each instance would be
/// another copy.
async fn post(object: &Stub, name: &str, request: String) -> Result<Vec<u8>> {
    let mut answer = fetch(object, "POST", name, &Headers::new(), &JsValue::from_str(&request)).await?;
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

/// Passes a host's request on to an object, which answers it itself; `key_sha256` is the hash of the shown
/// key.
pub(crate) async fn forward(object: &Stub, name: &str, key_sha256: &str, body: &[u8]) -> Result<Response> {
    let headers = Headers::new();
    headers.set(KEY_HEADER, key_sha256)?;
    fetch(object, "POST", name, &headers, &Uint8Array::from(body)).await.map(changeable)
}

/// Passes a host's socket on to an object, which takes it or refuses.
pub(crate) async fn connect(object: &Stub, name: &str, key_sha256: &str) -> Result<Response> {
    let headers = Headers::new();
    headers.set(KEY_HEADER, key_sha256)?;
    headers.set("upgrade", "websocket")?;
    fetch(object, "GET", name, &headers, &JsValue::UNDEFINED).await.map(changeable)
}

/// Copies the headers: those of a fetched response are immutable.
fn changeable(answer: Response) -> Response {
    let headers = answer.headers().clone();
    let (builder, body) = answer.into_parts();
    builder.with_headers(headers).body(body)
}

/// The name of the request that [`call`] sent.
pub(crate) fn rpc_name(request: &Request) -> String {
    request.path().trim_start_matches('/').to_owned()
}

/// Reads the request that [`call`] sent, at the object's end.
pub(crate) fn read_request<R: Rpc>(bytes: &[u8]) -> Result<R> {
    Ok(serde_json::from_slice(bytes)?)
}

/// Responds to a request of the type `R`.
pub(crate) fn respond<R: Rpc>(response: &R::Response) -> Result<Response> {
    Response::from_json(response)
}
