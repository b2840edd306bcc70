//! Asking a Durable Object: one typed question, one typed answer, as JSON over the object's own `fetch`.
//!
//! JSON is read from bytes here and everywhere in this crate: each kind of source would be another copy of every reader.

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use worker::web_sys::{self, RequestInit};
use worker::{Error, Request, Response, Result, Stub};

use crate::deadline;

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
    let body = JsValue::from_str(&serde_json::to_string(question)?);
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&body);
    let request = web_sys::Request::new_with_str_and_init(&format!("https://object/{}", A::NAME), &init)?;
    let request = Request::from(request);
    let answer = deadline::within(deadline::OBJECT, "the object", async {
        let mut response = object.fetch_with_request(request).await?;
        let bytes = response.bytes().await?;
        match response.status_code() {
            200 => Ok(bytes),
            status => Err(Error::RustError(format!("the object answered {status} to {}", A::NAME))),
        }
    });
    Ok(serde_json::from_slice(&answer.await?)?)
}

/// The question's name in a request that [`ask`] made.
pub(crate) fn name(request: &Request) -> String {
    request.path().trim_start_matches('/').to_owned()
}

/// The object's end of [`ask`].
pub(crate) async fn serve<A: Ask>(
    mut request: Request,
    answer: impl AsyncFnOnce(A) -> Result<A::Answer>,
) -> Result<Response> {
    let question = serde_json::from_slice(&request.bytes().await?)?;
    Response::from_json(&answer(question).await?)
}
