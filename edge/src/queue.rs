//! Both ends of the Queue: sign-ups go in as sealed text, and come out in batches for their workshops'
//! mailboxes.
//!
//! Every message is acknowledged separately, and only after the object has stored it. A message that cannot
//! be deposited now is delivered again later; after all its attempts the dead-letter queue delivers it, to
//! the same code.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use rollcall_shared::Timestamp;
use rollcall_shared::digest::Digest;
use rollcall_shared::envelope::addressee;
use rollcall_shared::workshop::WorkshopId;
use wasm_bindgen::JsValue;
use worker::{
    Env, MessageBatch, MessageExt, QueueContentType, QueueRetryOptionsBuilder, RawMessage, RawMessageBuilder,
    Result, console_error, console_warn,
};

use crate::lost_mail::{CountDeadLetters, StoreLostMail};
use crate::workshop::Deposit;
use crate::{clock, deadline, lost_mail, object, workshop};

/// The end of a dead-letter queue's name in `wrangler.toml`.
const DEAD_LETTERS: &str = "-dead";
/// Shortest delay before a message is tried again.
const FIRST_DELAY: Duration = Duration::from_secs(2);
/// Longest delay. A hundred attempts with delays that double up to here take 16 hours: a message reaches the
/// dead-letter queue within the shortest retention there is, 24 hours on the free plan.
const LONGEST_DELAY: Duration = Duration::from_secs(10 * 60);

/// Sends one message. Once this returns, the Queue has stored it.
///
/// # Errors
/// The Queue refused, or did not answer in time: the message may then be on the queue or not, so the sender
/// tells the phone to send again, and the sign-up's id makes two of it one.
pub(crate) async fn send(env: &Env, text: &str) -> Result<()> {
    let message =
        RawMessageBuilder::new(JsValue::from_str(text)).build_with_content_type(QueueContentType::Text);
    let queue = env.queue("SIGNUPS")?;
    deadline::within(deadline::QUEUE, "the queue", queue.send_raw(message)).await
}

/// Deposits a batch.
pub(crate) async fn consume(batch: &MessageBatch<String>, env: &Env) {
    let messages: Vec<Message> = batch.raw_iter().map(Message::from).collect();
    if batch.queue().ends_with(DEAD_LETTERS) {
        raise_alarm(env, &messages).await;
    }
    let mut mailboxes: BTreeMap<WorkshopId, Vec<Message>> = BTreeMap::new();
    let mut unaddressed = Vec::new();
    for message in messages {
        match addressee(&message.text) {
            Some(workshop) => mailboxes.entry(workshop).or_default().push(message),
            None => unaddressed.push(message),
        }
    }
    join_all(mailboxes.iter().map(|(workshop, messages)| deposit_all(env, workshop, messages))).await;
    store_lost_mail(env, &unaddressed).await;
}

/// A message with its text.
struct Message {
    handle: RawMessage,
    text: String,
}

impl From<RawMessage> for Message {
    fn from(handle: RawMessage) -> Self {
        // Only text is ever sent. Anything else would be stored as lost mail, by its description.
        let text = handle.body().as_string().unwrap_or_else(|| format!("{:?}", handle.body()));
        Self { handle, text }
    }
}

impl Message {
    fn retry(&self) {
        // The message's age at each attempt doubles.
        let sent = i64::try_from(self.handle.timestamp().as_millis()).unwrap_or(0);
        let age = clock::now() - Timestamp::from_millis(sent);
        let delay = Duration::from_millis(u64::try_from(age).unwrap_or(0)).clamp(FIRST_DELAY, LONGEST_DELAY);
        let seconds = u32::try_from(delay.as_secs()).unwrap_or(u32::MAX);
        self.handle.retry_with_options(&QueueRetryOptionsBuilder::new().with_delay_seconds(seconds).build());
    }
}

/// Deposits one workshop's messages together; where that fails, one by one, so that none holds up the others.
async fn deposit_all(env: &Env, workshop: &WorkshopId, messages: &[Message]) {
    if messages.len() > 1 {
        match deposit(env, workshop, messages).await {
            // Only now: the object has stored them.
            Ok(()) => return messages.iter().for_each(|message| message.handle.ack()),
            Err(error) => console_warn!("{} messages for {workshop}: {error}; one by one", messages.len()),
        }
    }
    for message in messages {
        match deposit(env, workshop, std::slice::from_ref(message)).await {
            Ok(()) => message.handle.ack(),
            Err(error) => {
                console_error!("message {} for {workshop} comes again: {error}", message.handle.id());
                message.retry();
            }
        }
    }
}

async fn deposit(env: &Env, workshop: &WorkshopId, messages: &[Message]) -> Result<()> {
    let messages = messages.iter().map(|message| message.text.clone()).collect();
    object::call(&workshop::object(env, workshop)?, &Deposit { messages }).await
}

/// Stores messages that name no workshop.
async fn store_lost_mail(env: &Env, messages: &[Message]) {
    if messages.is_empty() {
        return;
    }
    for message in messages {
        let digest = Digest::of(message.text.as_bytes());
        console_error!(
            "message {} names no workshop; kept as lost mail, SHA-256 {digest}",
            message.handle.id()
        );
    }
    let texts = messages.iter().map(|message| message.text.clone()).collect();
    let kept = async { object::call(&lost_mail::object(env)?, &StoreLostMail { messages: texts }).await };
    match kept.await {
        Ok(()) => messages.iter().for_each(|message| message.handle.ack()),
        Err(error) => {
            console_error!("lost mail comes again: {error}");
            messages.iter().for_each(Message::retry);
        }
    }
}

/// Counts dead letters. They are deposited also where they could not be counted.
async fn raise_alarm(env: &Env, messages: &[Message]) {
    console_error!("{} dead letters", messages.len());
    let ids = messages.iter().map(|message| message.handle.id()).collect();
    let counted = async { object::call(&lost_mail::object(env)?, &CountDeadLetters { ids }).await };
    if let Err(error) = counted.await {
        console_error!("dead letters were not counted: {error}");
    }
}
